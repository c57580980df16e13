"""The map of what is a signed-in person's own."""

from django.urls import path

from . import own_sessions

urlpatterns = [
    path("my/accounts", own_sessions.OwnAccounts.as_view(), name="my-accounts"),
    path("my/starts", own_sessions.OwnStarts.as_view(), name="my-starts"),
    path("my/starts/<str:id>", own_sessions.OwnStartOne.as_view(), name="my-start"),
    path("my/sessions", own_sessions.OwnSessions.as_view(), name="my-sessions"),
    path("my/sessions/<str:id>", own_sessions.OwnSessionOne.as_view(), name="my-session"),
    path("my/sessions/<str:id>/stop", own_sessions.OwnSessionStop.as_view(), name="my-session-stop"),
]
