"""The addresses of charging at home."""

from django.urls import path

from .views.money import home

urlpatterns = [
    path("money/homes/", home.homes, name="homes"),
    path("money/homes/new/", home.home_new, name="home_new"),
    path("money/homes/<str:public_id>/", home.home, name="home"),
    path("money/reimbursements/<str:public_id>/", home.reimbursement, name="reimbursement"),
    path("money/reimbursements/<str:public_id>/csv/", home.reimbursement_file, name="reimbursement_file"),
]
