"""The addresses of tariffs."""

from django.urls import path

from . import tariff_assignments, tariff_past, tariffs

urlpatterns = [
    path("tariffs", tariffs.Tariffs.as_view(), name="tariffs"),
    path("tariffs/<str:id>", tariffs.OneTariff.as_view(), name="tariff"),
    path("tariffs/<str:id>/draft", tariffs.TariffDraft.as_view(), name="tariff-draft"),
    path("tariffs/<str:id>/versions", tariffs.TariffVersions.as_view(), name="tariff-versions"),
    path("tariffs/<str:id>/past-run", tariff_past.TariffPastRun.as_view(), name="tariff-past-run"),
    path("tariff-versions/<str:id>", tariffs.OneVersion.as_view(), name="tariff-version"),
    path("tariff-versions/<str:id>/publish", tariffs.VersionPublish.as_view(), name="tariff-version-publish"),
    path(
        "tariff-versions/<str:id>/differences",
        tariffs.VersionDifferences.as_view(),
        name="tariff-version-differences",
    ),
    path("tariff-preview", tariffs.TariffPreview.as_view(), name="tariff-preview"),
    path("tariff-assignments", tariff_assignments.Assignments.as_view(), name="tariff-assignments"),
    path("tariff-assignments/<str:id>", tariff_assignments.OneAssignment.as_view(), name="tariff-assignment"),
    path(
        "tariff-assignments/<str:id>/end",
        tariff_assignments.AssignmentEnd.as_view(),
        name="tariff-assignment-end",
    ),
    path("tariff-choice", tariff_assignments.TariffChoice.as_view(), name="tariff-choice"),
]
