"""The addresses of the money pages."""

from django.urls import path

from .views import prices

urlpatterns = [
    path("money/prices/", prices.prices, name="prices"),
]
