"""The addresses of price series; before those of sites, which take any word after `energy/`."""

from django.urls import path

from .views.energy import price_series

urlpatterns = [
    path("energy/prices/", price_series.price_series_list, name="price_series_list"),
    path("energy/prices/new/", price_series.price_series_new, name="price_series_new"),
    path("energy/prices/<str:public_id>/", price_series.price_series, name="price_series"),
    path("energy/prices/<str:public_id>/edit/", price_series.price_series_edit, name="price_series_edit"),
]
