"""The map of what is a signed-in person's own, and of what operators decide about it."""

from django.urls import path

from . import own_cards, own_sessions

urlpatterns = [
    path("my/accounts", own_sessions.OwnAccounts.as_view(), name="my-accounts"),
    path("my/starts", own_sessions.OwnStarts.as_view(), name="my-starts"),
    path("my/starts/<str:id>", own_sessions.OwnStartOne.as_view(), name="my-start"),
    path("my/sessions", own_sessions.OwnSessions.as_view(), name="my-sessions"),
    path("my/sessions/<str:id>", own_sessions.OwnSessionOne.as_view(), name="my-session"),
    path("my/sessions/<str:id>/stop", own_sessions.OwnSessionStop.as_view(), name="my-session-stop"),
    path("my/cards", own_cards.OwnCards.as_view(), name="my-cards"),
    path("my/cards/<str:id>", own_cards.OwnCard.as_view(), name="my-card"),
    path("my/cards/<str:id>/block", own_cards.OwnCardBlock.as_view(), name="my-card-block"),
    path("my/cards/<str:id>/unblock", own_cards.OwnCardUnblock.as_view(), name="my-card-unblock"),
    path("my/card-claims", own_cards.OwnClaims.as_view(), name="my-card-claims"),
    path("card-claims", own_cards.CardClaims.as_view(), name="card-claims"),
    path("card-claims/<str:id>/confirm", own_cards.ClaimConfirm.as_view(), name="card-claim-confirm"),
    path("card-claims/<str:id>/refuse", own_cards.ClaimRefuse.as_view(), name="card-claim-refuse"),
]
