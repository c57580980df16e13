"""Addresses of sessions, what is held for review, and the cards they start with."""

from django.urls import path

from ..views.sessions import car_needs, card_claims, cases, id_tags, signed, transactions

urlpatterns = [
    path("transactions/<str:public_id>/need/", car_needs.car_need, name="car_need"),
    path("transactions/<str:public_id>/need/remove/", car_needs.car_need_out, name="car_need_remove"),
    path("transactions/<str:public_id>/signed/verify/", signed.signed_verify, name="signed_verify"),
    path("transactions/<str:public_id>/signed/values.xml", signed.signed_download, name="signed_download"),
    path("stations/<str:public_id>/meter-keys/", signed.meter_keys, name="meter_keys"),
    path("meter-keys/<str:public_id>/confirm/", signed.meter_key_confirm, name="meter_key_confirm"),
    path("meter-keys/<str:public_id>/end/", signed.meter_key_end, name="meter_key_end"),
    path("transactions/", transactions.transactions, name="transactions"),
    path("transactions/<str:public_id>/", transactions.transaction, name="transaction"),
    path("cases/", cases.cases, name="cases"),
    path("cases/dismiss/", cases.cases_dismiss, name="cases_dismiss"),
    path("cases/<str:public_id>/", cases.case, name="case"),
    path("cases/<str:public_id>/accept/", cases.case_accept, name="case_accept"),
    path("cases/<str:public_id>/dismiss/", cases.case_dismiss, name="case_dismiss"),
    path("tags/", id_tags.id_tags, name="id_tags"),
    path("tags/new/", id_tags.id_tag_new, name="id_tag_new"),
    path("tags/asked/", card_claims.card_claims, name="card_claims"),
    path("tags/asked/<str:public_id>/confirm/", card_claims.card_confirm, name="card_confirm"),
    path("tags/asked/<str:public_id>/refuse/", card_claims.card_refuse, name="card_refuse"),
    path("tags/<str:public_id>/", id_tags.id_tag, name="id_tag"),
    path("tags/<str:public_id>/edit/", id_tags.id_tag_edit, name="id_tag_edit"),
    path("tags/<str:public_id>/block/", id_tags.id_tag_block, name="id_tag_block"),
]
