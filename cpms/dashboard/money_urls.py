"""The addresses of the money pages."""

from django.urls import path

from . import tariff_urls
from .views import prices

urlpatterns = [
    path("money/prices/", prices.prices, name="prices"),
    path("money/prices/<str:public_id>/release/", prices.price_release, name="price_release"),
    path("money/prices/<str:public_id>/accept/", prices.price_accept, name="price_accept"),
    path("money/prices/<str:public_id>/reject/", prices.price_reject, name="price_reject"),
    *tariff_urls.urlpatterns,
]
