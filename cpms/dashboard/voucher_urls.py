"""The addresses of vouchers."""

from django.urls import path

from .views.money import vouchers

urlpatterns = [
    path("money/vouchers/", vouchers.vouchers, name="vouchers"),
    path("money/vouchers/new/", vouchers.voucher_new, name="voucher_new"),
    path("money/vouchers/<str:public_id>/", vouchers.voucher, name="voucher"),
    path("money/vouchers/<str:public_id>/codes/", vouchers.voucher_codes, name="voucher_codes"),
    path("money/vouchers/<str:public_id>/codes.csv", vouchers.voucher_codes_csv, name="voucher_codes_csv"),
    path("money/vouchers/<str:public_id>/stop/", vouchers.voucher_stop, name="voucher_stop"),
]
