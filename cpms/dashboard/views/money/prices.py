"""Prices of sessions: the list, and those that wait for a person."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from billing.choices import RatingState
from billing.filters.ratings import RatingFilter
from billing.models import Rating
from billing.selectors.accounts import spending_stops_for
from billing.selectors.books import session_charges_for
from billing.selectors.ratings import price_of, ratings_for
from billing.services.ratings import decisions, words
from billing.services.spending.stops import stop_sentence
from chargers.models import Transaction
from cpms.accounts.viewer import Viewer
from cpms.core.actors import Actor

from ... import listing
from ...access import OperatorRequest, page
from ...forms.prices import ReasonForm
from ...forms.saving import submitted
from ...money import frame

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


def price_context(viewer: Viewer, found: Transaction) -> dict[str, Any]:
    """What the price section of a transaction's page shows: the price as it stands, and a proposed correction."""
    rating = price_of(viewer, found)
    proposal = ratings_for(viewer).filter(transaction=found, state=RatingState.PROPOSED).first()
    return {
        "transaction": found,
        "sees_money": viewer.may("billing.view", found.organisation_id),
        "may_decide": viewer.may("billing.edit", found.organisation_id),
        "rating": rating,
        "price": _told(rating) if rating else None,
        "proposal": proposal,
        "charged": session_charges_for(viewer).filter(transaction=found).first(),
        "form": ReasonForm(),
        "stopped": [stop_sentence(stop) for stop in spending_stops_for(viewer).filter(transaction=found)],
    }


def _told(rating: Rating) -> dict[str, Any]:
    return {
        "lines": words.lines(rating),
        "notes": words.notes(rating),
        "doubts": words.doubts(rating),
        "why": words.why_tariff(rating),
        "considered": [one for one in rating.choice.get("considered", []) if one["reason"]],
    }


@require_POST
@page("billing.edit", "money")
def price_release(request: OperatorRequest, public_id: str) -> HttpResponse:
    """Let a held price stand."""
    return _decide(
        request, public_id, decisions.rating_release, "The price is final and charged to who pays."
    )


@require_POST
@page("billing.edit", "money")
def price_accept(request: OperatorRequest, public_id: str) -> HttpResponse:
    """Let a correction take the place of the final price."""
    return _decide(
        request, public_id, decisions.correction_accept, "The corrected price is final; the charge follows."
    )


@require_POST
@page("billing.edit", "money")
def price_reject(request: OperatorRequest, public_id: str) -> HttpResponse:
    """Leave the final price as it is."""
    return _decide(request, public_id, decisions.correction_reject, "The price stays as it was.")


def _decide(
    request: OperatorRequest, public_id: str, decide: Callable[[Rating, Actor, str], Rating], done: str
) -> HttpResponse:
    found = get_object_or_404(ratings_for(request.viewer), public_id=public_id)
    form = ReasonForm(submitted(request))
    if not form.is_valid():
        messages.error(request, "Nothing was changed: say why.")
        return _back(found)
    try:
        decide(found, request.viewer.actor, form.cleaned_data["reason"])
        messages.success(request, done)
    except decisions.NotDecidable as error:
        messages.error(request, f"Nothing was changed: {error}.")
    return _back(found)


def _back(found: Rating) -> HttpResponse:
    return redirect(f"{reverse('dashboard:transaction', args=[found.transaction.public_id])}#price")
