"""The addresses of signed meter values and of keys of meters."""

from django.urls import path

from . import signed

urlpatterns = [
    path(
        "transactions/<str:id>/signature", signed.TransactionSignature.as_view(), name="transaction-signature"
    ),
    path(
        "transactions/<str:id>/signature/container",
        signed.TransactionContainer.as_view(),
        name="transaction-signature-container",
    ),
    path(
        "transactions/<str:id>/signed-values",
        signed.TransactionSignedValues.as_view(),
        name="transaction-signed-values",
    ),
    path("stations/<str:id>/meter-keys", signed.StationMeterKeys.as_view(), name="station-meter-keys"),
    path("meter-keys/<str:id>", signed.OneMeterKey.as_view(), name="meter-key"),
    path("meter-keys/<str:id>/confirm", signed.MeterKeyConfirm.as_view(), name="meter-key-confirm"),
    path("meter-keys/<str:id>/end", signed.MeterKeyEnd.as_view(), name="meter-key-end"),
]
