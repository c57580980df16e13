"""Addresses of the driver pages. They are short: some are printed on stickers."""

from django.urls import path

from .views import bank, landing, visit

app_name = "portal"

urlpatterns = [
    path("drive/", landing.home, name="home"),
    path("c/<str:code>", landing.landing, name="landing"),
    path("v/<str:token>", visit.visit, name="visit"),
    path("v/<str:token>/now", visit.visit_now, name="visit_now"),
    path("v/<str:token>/stop", visit.stop, name="visit_stop"),
    path("v/<str:token>/leave", visit.leave, name="visit_leave"),
    path("v/<str:token>/bank", bank.bank, name="bank"),
]
