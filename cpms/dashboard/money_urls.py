"""The addresses of the money pages."""

from django.urls import path

from . import account_urls, home_urls, host_urls, invoice_urls, subscription_urls, tariff_urls, voucher_urls
from .views.money import payments, prices

urlpatterns = [
    path("money/payments/", payments.payments, name="payments"),
    path("money/payments/<str:public_id>/", payments.payment, name="payment"),
    path("money/payments/<str:public_id>/refund/", payments.payment_refund, name="payment_refund"),
    path("money/payments/<str:public_id>/release/", payments.payment_let_go, name="payment_let_go"),
    path("money/prices/", prices.prices, name="prices"),
    path("money/prices/<str:public_id>/release/", prices.price_release, name="price_release"),
    path("money/prices/<str:public_id>/accept/", prices.price_accept, name="price_accept"),
    path("money/prices/<str:public_id>/reject/", prices.price_reject, name="price_reject"),
    *account_urls.urlpatterns,
    *invoice_urls.urlpatterns,
    *host_urls.urlpatterns,
    *home_urls.urlpatterns,
    *subscription_urls.urlpatterns,
    *voucher_urls.urlpatterns,
    *tariff_urls.urlpatterns,
]
