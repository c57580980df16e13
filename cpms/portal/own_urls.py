"""Addresses of a signed-in driver's own pages."""

from django.urls import path

from .views import account, own_sessions

urlpatterns = [
    path("my/", account.account, name="account"),
    path("my/starts/<str:public_id>", own_sessions.start, name="start"),
    path("my/starts/<str:public_id>/now", own_sessions.start_now, name="start_now"),
    path("my/sessions/", own_sessions.sessions, name="sessions"),
    path("my/sessions.csv", own_sessions.sessions_csv, name="sessions_csv"),
    path("my/sessions/<str:public_id>", own_sessions.session, name="session"),
    path("my/sessions/<str:public_id>/now", own_sessions.session_now, name="session_now"),
    path("my/sessions/<str:public_id>/stop", own_sessions.stop, name="session_stop"),
]
