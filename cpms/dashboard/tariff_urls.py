"""The addresses of tariffs."""

from django.urls import path

from .views.money import (
    tariff_acts,
    tariff_edit,
    tariff_past,
    tariffs,
)

urlpatterns = [
    path("money/tariffs/", tariffs.tariffs, name="tariffs"),
    path("money/tariffs/new/", tariff_edit.tariff_new, name="tariff_new"),
    path("money/tariffs/preview/", tariff_edit.tariff_preview, name="tariff_preview"),
    path("money/tariffs/which/", tariff_acts.tariff_which, name="tariff_which"),
    path("money/tariffs/versions/<str:public_id>/", tariffs.tariff_version, name="tariff_version"),
    path("money/tariffs/assignments/<str:public_id>/end/", tariff_acts.assignment_end, name="assignment_end"),
    path(
        "money/tariffs/assignments/<str:public_id>/remove/",
        tariff_acts.assignment_remove,
        name="assignment_remove",
    ),
    path("money/tariffs/<str:public_id>/", tariffs.tariff, name="tariff"),
    path("money/tariffs/<str:public_id>/draft/", tariff_edit.tariff_draft, name="tariff_draft"),
    path("money/tariffs/<str:public_id>/document/", tariff_edit.tariff_document, name="tariff_document"),
    path(
        "money/tariffs/<str:public_id>/draft/remove/",
        tariff_edit.tariff_draft_remove,
        name="tariff_draft_remove",
    ),
    path("money/tariffs/<str:public_id>/publish/", tariff_acts.tariff_publish, name="tariff_publish"),
    path("money/tariffs/<str:public_id>/assign/", tariff_acts.tariff_assign, name="tariff_assign"),
    path("money/tariffs/<str:public_id>/past/", tariff_past.tariff_past, name="tariff_past"),
]
