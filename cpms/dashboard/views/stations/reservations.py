"""Reservations: the list, a new one, one with what the station said, given free or moved."""

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.text import capfirst
from django.views.decorators.http import require_POST

from chargers.choices import OPEN_RESERVATIONS, ReservationState
from chargers.filters.reservations import ReservationFilter
from chargers.models import Reservation
from chargers.selectors.commands import commands_for, reservations_for
from chargers.selectors.stations import stations_for
from chargers.selectors.tags import id_tags_for
from chargers.services.commands.send import InvalidCommand
from chargers.services.reservations import requests as service
from cpms.accounts.viewer import Viewer
from cpms.core import clock

from ... import listing
from ...access import OperatorRequest, page
from ...forms.reservations import ReservationEndForm, ReservationForm
from ...forms.saving import save, submitted

COLUMNS = {"made": "created_at", "until": "expires_at", "station": "station__identity", "uid": "uid"}
USUAL = timedelta(hours=2)


@page("stations.view", "reservations")
def reservations(request: OperatorRequest) -> HttpResponse:
    """The list: words, state, station and order in the address."""
    status = listing.chosen(request, "status", ReservationState.values)
    asked = {"search": listing.text(request, "search"), "station": listing.text(request, "station", 64)}
    narrowed = asked | ({"status": [status]} if status else {})
    rows = ReservationFilter(narrowed, reservations_for(request.viewer)).qs
    context = {
        "page": listing.paginate(request, listing.ordered(request, rows, COLUMNS, "-made")),
        "default_sort": "-made",
        "asked": asked,
        "status": status,
        "states": ReservationState.choices,
        "filtered": bool(status or any(asked.values())),
    }
    return render(request, "dashboard/reservations.html", context)


@page("commands.send", "reservations")
def reservation_new(request: OperatorRequest) -> HttpResponse:
    """Ask a station to keep a place; `?station=` and `?uid=` fill in what is known."""
    stations, tags = stations_for(request.viewer), id_tags_for(request.viewer)
    named = stations.filter(public_id=listing.text(request, "station", 64)).first()
    initial = {
        "station": named.identity if named else "",
        "uid": listing.text(request, "uid", 36),
        "expires_at": timezone.localtime(clock.now() + USUAL),
    }
    form = ReservationForm(submitted(request), initial=initial, stations=stations, tags=tags)
    made = _made(request, form)
    if made:
        return redirect("dashboard:reservation", made.public_id)
    context = {
        "form": form,
        "station": named,
        "stations": stations[:500],
        "tags": tags.filter(status="active")[:200],
    }
    return render(request, "dashboard/reservation_new.html", context, status=422 if form.errors else 200)


def _made(request: OperatorRequest, form: ReservationForm) -> Reservation | None:
    try:
        return save(form, service.reservation_make, actor=request.viewer.actor)
    except InvalidCommand as error:
        form.add_error(None, f"{capfirst(str(error))}.")
        return None


def reservation_or_404(request: OperatorRequest, public_id: str) -> Reservation:
    """The viewer's reservation with this public id. Raises Http404."""
    return get_object_or_404(reservations_for(request.viewer), public_id=public_id)


@page("stations.view", "reservations")
def reservation(request: OperatorRequest, public_id: str) -> HttpResponse:
    """One reservation: how it stands, what was asked and answered."""
    found = reservation_or_404(request, public_id)
    context = reservation_context(request.viewer, found)
    form = ReservationEndForm(initial={"expires_at": timezone.localtime(found.expires_at)})
    return render(request, "dashboard/reservation.html", context | {"form": form})


def reservation_context(viewer: Viewer, found: Reservation) -> dict[str, Any]:
    """What the page of a reservation and its live part show."""
    asked = commands_for(viewer).filter(station=found.station_id, reference=found.public_id)
    return {
        "reservation": found,
        "station": found.station,
        "commands": asked[:10],
        "can_cancel": found.state in (*OPEN_RESERVATIONS, ReservationState.FAILED),
        "can_change": found.state == ReservationState.ACTIVE,
    }


@require_POST
@page("commands.send", "reservations")
def reservation_cancel(request: OperatorRequest, public_id: str) -> HttpResponse:
    """Give the place free."""
    found = reservation_or_404(request, public_id)
    try:
        row = service.reservation_cancel(found, request.viewer.actor)
    except (service.NotPossible, InvalidCommand) as error:
        messages.error(request, f"{capfirst(str(error))}.")
    else:
        is_over = row.state == ReservationState.CANCELLED
        messages.success(request, "Cancelled." if is_over else "The station is asked to give the place free.")
    return redirect("dashboard:reservation", public_id)


@page("commands.send", "reservations")
def reservation_change(request: OperatorRequest, public_id: str) -> HttpResponse:
    """Ask for another end."""
    found = reservation_or_404(request, public_id)
    form = ReservationEndForm(
        submitted(request), initial={"expires_at": timezone.localtime(found.expires_at)}
    )
    try:
        if save(form, service.reservation_change, row=found, actor=request.viewer.actor):
            messages.success(request, "The station is asked to keep the place until then.")
            return redirect("dashboard:reservation", public_id)
    except (service.NotPossible, InvalidCommand) as error:
        messages.error(request, f"{capfirst(str(error))}.")
        return redirect("dashboard:reservation", public_id)
    context = {"form": form, "reservation": found, "station": found.station}
    return render(request, "dashboard/reservation_change.html", context, status=422 if form.errors else 200)
