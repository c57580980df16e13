"""The addresses of price series."""

from django.urls import path

from . import price_series

urlpatterns = [
    path("price-series", price_series.PriceSeriesList.as_view(), name="price-series-list"),
    path("price-series/<str:id>", price_series.OnePriceSeries.as_view(), name="price-series"),
    path("price-series/<str:id>/prices", price_series.SeriesPrices.as_view(), name="price-series-prices"),
    path("price-series/<str:id>/import", price_series.SeriesImport.as_view(), name="price-series-import"),
]
