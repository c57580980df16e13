"""Identities that call and are nobody's: everybody may see them, managers adopt or block."""

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from chargers.choices import UnknownState
from chargers.models import UnknownStation
from chargers.selectors.stations import adoptable_stations_for, sites_for, unknown_stations_for
from chargers.services.stations import unknown as service

from ... import listing
from ...access import OperatorRequest, page
from .station_edit import credentials_page


@page("stations.view", "stations")
def unknown(request: OperatorRequest) -> HttpResponse:
    """The inbox, those still waiting first."""
    state = listing.chosen(request, "state", UnknownState.values) or UnknownState.WAITING.value
    rows = unknown_stations_for(request.viewer).filter(state=state)
    context = {
        "page": listing.paginate(request, rows),
        "state": state,
        "states": UnknownState.choices,
        "is_waiting": state == UnknownState.WAITING,
        "sites": sites_for(request.viewer),
        "ocpp_url": settings.OCPP_PUBLIC_URL,
    }
    return render(request, "dashboard/unknown.html", context)


def _unknown_or_404(request: OperatorRequest, public_id: str) -> UnknownStation:
    return get_object_or_404(adoptable_stations_for(request.viewer), public_id=public_id)


@require_POST
@page("stations.adopt", "stations")
def unknown_adopt(request: OperatorRequest, public_id: str) -> HttpResponse:
    """One click: it is ours. When it offered a password, that one holds; else a new one is shown once."""
    found = _unknown_or_404(request, public_id)
    site = sites_for(request.viewer).filter(public_id=request.POST.get("site", "")).first()
    station, password = service.unknown_adopt(found, request.organisation, request.viewer.actor, site)
    if password:
        return credentials_page(request, station, password)
    messages.success(
        request, f"{station.identity} is yours. It keeps its password and gets in with its next attempt."
    )
    return redirect("dashboard:station", station.public_id)


@require_POST
@page("stations.adopt", "stations")
def unknown_block(request: OperatorRequest, public_id: str) -> HttpResponse:
    """Refuse it and take it out of the inbox."""
    found = service.unknown_block(
        _unknown_or_404(request, public_id), request.organisation, request.viewer.actor
    )
    messages.success(request, f"{found.identity} is blocked.")
    return redirect("dashboard:unknown")
