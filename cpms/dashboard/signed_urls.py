"""The addresses of signed meter values and of keys of meters."""

from django.urls import path

from .views.sessions import signed

urlpatterns = [
    path("transactions/<str:public_id>/signed/verify/", signed.signed_verify, name="signed_verify"),
    path("transactions/<str:public_id>/signed/values.xml", signed.signed_download, name="signed_download"),
    path("stations/<str:public_id>/meter-keys/", signed.meter_keys, name="meter_keys"),
    path("meter-keys/<str:public_id>/confirm/", signed.meter_key_confirm, name="meter_key_confirm"),
    path("meter-keys/<str:public_id>/end/", signed.meter_key_end, name="meter_key_end"),
]
