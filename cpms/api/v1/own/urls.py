"""The map of what is a signed-in person's own, and of what operators decide about it."""

from django.urls import path

from . import (
    bills as own_bills,
)
from . import (
    cards as own_cards,
)
from . import (
    invoices as own_invoices,
)
from . import (
    person as own_person,
)
from . import (
    places as own_places,
)
from . import (
    problems as own_problems,
)
from . import (
    sessions as own_sessions,
)

urlpatterns = [
    path("my/accounts", own_sessions.OwnAccounts.as_view(), name="my-accounts"),
    path("my/starts", own_sessions.OwnStarts.as_view(), name="my-starts"),
    path("my/starts/<str:id>", own_sessions.OwnStartOne.as_view(), name="my-start"),
    path("my/sessions", own_sessions.OwnSessions.as_view(), name="my-sessions"),
    path("my/sessions/<str:id>", own_sessions.OwnSessionOne.as_view(), name="my-session"),
    path(
        "my/sessions/<str:id>/invoice/<str:form>",
        own_invoices.OwnSessionInvoice.as_view(),
        name="my-session-invoice",
    ),
    path("my/sessions/<str:id>/stop", own_sessions.OwnSessionStop.as_view(), name="my-session-stop"),
    path("my/bills", own_bills.OwnBills.as_view(), name="my-bills"),
    path("my/cards", own_cards.OwnCards.as_view(), name="my-cards"),
    path("my/cards/<str:id>", own_cards.OwnCard.as_view(), name="my-card"),
    path("my/cards/<str:id>/block", own_cards.OwnCardBlock.as_view(), name="my-card-block"),
    path("my/cards/<str:id>/unblock", own_cards.OwnCardUnblock.as_view(), name="my-card-unblock"),
    path("my/card-claims", own_cards.OwnClaims.as_view(), name="my-card-claims"),
    path("card-claims", own_cards.CardClaims.as_view(), name="card-claims"),
    path("card-claims/<str:id>/confirm", own_cards.ClaimConfirm.as_view(), name="card-claim-confirm"),
    path("card-claims/<str:id>/refuse", own_cards.ClaimRefuse.as_view(), name="card-claim-refuse"),
    path("my/problems", own_problems.OwnProblems.as_view(), name="my-problems"),
    path("my/places", own_places.OwnPlaces.as_view(), name="my-places"),
    path("my/places/<str:id>", own_places.OwnPlace.as_view(), name="my-place"),
    path("my/favourites", own_places.OwnFavourites.as_view(), name="my-favourites"),
    path("my/favourites/<str:id>", own_places.OwnFavourite.as_view(), name="my-favourite"),
    path("my/wishes", own_places.OwnWishes.as_view(), name="my-wishes"),
    path("my/wishes/<str:id>", own_places.OwnWish.as_view(), name="my-wish"),
    path("my/profile", own_person.OwnProfile.as_view(), name="my-profile"),
    path("my/vehicles", own_person.OwnVehicles.as_view(), name="my-vehicles"),
    path("my/vehicles/<str:id>", own_person.OwnVehicle.as_view(), name="my-vehicle"),
    path("my/data", own_person.OwnData.as_view(), name="my-data"),
    path("my/data/erase", own_person.OwnErasure.as_view(), name="my-data-erase"),
]
