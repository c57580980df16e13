"""Prices of sessions: the list, and those that wait for a person."""

from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import render

from billing.choices import RatingState
from billing.models import Rating
from billing.rating_filters import RatingFilter
from billing.selectors import ratings_for

from .. import listing
from ..access import OperatorRequest, page
from ..money import frame

ASKED = ("search", "state", "since", "until")
WAITING = "waiting"
STATES = [(WAITING, "Waiting for a decision"), *RatingState.choices, ("all", "All")]


@page("billing.view", "money")
def prices(request: OperatorRequest) -> HttpResponse:
    """The list: search, state, time span and page in the address; those that wait unless asked otherwise."""
    asked = {name: listing.text(request, name, 60) for name in ASKED}
    asked["state"] = asked["state"] or WAITING
    shown = listing.paginate(request, _matching(request, asked))
    context = frame(request, "prices") | {
        "page": shown,
        "asked": asked,
        "states": STATES,
        "filtered": any(asked[name] for name in ASKED if name != "state") or asked["state"] != WAITING,
    }
    return render(request, "dashboard/prices.html", context)


def _matching(request: OperatorRequest, asked: dict[str, str]) -> QuerySet[Rating]:
    query = {name: value for name, value in asked.items() if name != "state" or value in RatingState.values}
    if asked["state"] == WAITING:
        query["undecided"] = "true"
    return RatingFilter(query, ratings_for(request.viewer)).qs
