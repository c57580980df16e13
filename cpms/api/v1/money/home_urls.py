"""The addresses of charging at home."""

from django.urls import path

from . import home

urlpatterns = [
    path("home-stations", home.HomeStations.as_view(), name="home-stations"),
    path("home-stations/<str:id>", home.OneHomeStation.as_view(), name="home-station"),
    path("home-stations/<str:id>/rates", home.HomeRates.as_view(), name="home-station-rates"),
    path("home-stations/<str:id>/end", home.HomeEnd.as_view(), name="home-station-end"),
    path(
        "accounts/<str:id>/reimbursements",
        home.AccountReimbursements.as_view(),
        name="account-reimbursements",
    ),
    path("reimbursements", home.Reimbursements.as_view(), name="reimbursements"),
    path("reimbursements/<str:id>", home.OneReimbursement.as_view(), name="reimbursement"),
    path("reimbursements/<str:id>/lines", home.ReimbursementLines.as_view(), name="reimbursement-lines"),
    path("reimbursements/<str:id>/csv", home.ReimbursementFile.as_view(), name="reimbursement-csv"),
]
