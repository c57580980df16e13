"""The addresses of vouchers."""

from django.urls import path

from ..own import vouchers as own
from . import vouchers

urlpatterns = [
    path("voucher-campaigns", vouchers.Campaigns.as_view(), name="voucher-campaigns"),
    path("voucher-campaigns/<str:id>", vouchers.OneCampaign.as_view(), name="voucher-campaign"),
    path("voucher-campaigns/<str:id>/codes", vouchers.Codes.as_view(), name="voucher-campaign-codes"),
    path("voucher-campaigns/<str:id>/stop", vouchers.CampaignStop.as_view(), name="voucher-campaign-stop"),
    path("vouchers", vouchers.Vouchers.as_view(), name="vouchers"),
    path("vouchers/<str:id>", vouchers.OneVoucher.as_view(), name="voucher"),
    path("my/vouchers", own.OwnVouchers.as_view(), name="my-vouchers"),
]
