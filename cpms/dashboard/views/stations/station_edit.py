"""Adding a station, changing it, giving it a new password."""

from copy import copy
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.text import capfirst
from django.views.decorators.http import require_POST

from chargers.models import ChargingStation
from chargers.selectors.stations import sites_for
from chargers.services.stations import registration as service

from ...access import OperatorRequest, page, require
from ...forms.saving import save, submitted
from ...forms.stations import RekeyForm, StationForm, StationNewForm
from .stations import frame, station_or_404


@page("stations.edit", "stations")
def station_new(request: OperatorRequest) -> HttpResponse:
    """Register a station; the next page shows its password once."""
    form = StationNewForm(submitted(request), sites=sites_for(request.viewer))
    made = save(form, service.station_register, organisation=request.organisation, actor=request.viewer.actor)
    if made:
        return credentials_page(request, *made)
    return render(request, "dashboard/station_new.html", {"form": form}, status=422 if form.errors else 200)


def credentials_page(request: OperatorRequest, station: ChargingStation, password: str) -> HttpResponse:
    """What to type into the charger. Rendered as the answer to the POST: the password is stored nowhere."""
    context: dict[str, Any] = {
        "station": station,
        "password": password,
        "base_url": settings.OCPP_PUBLIC_URL,
        "address": f"{settings.OCPP_PUBLIC_URL}/{station.identity}",
    }
    response = render(request, "dashboard/station_credentials.html", context)
    response["Cache-Control"] = "no-store"
    return response


@page("stations.edit", "stations")
def station_settings(request: OperatorRequest, public_id: str) -> HttpResponse:
    """Name, site, notes, strictness."""
    station = station_or_404(request.viewer, public_id)
    form = StationForm(submitted(request), instance=copy(station), sites=sites_for(request.viewer))
    saved = save(form, service.station_update, station=station, actor=request.viewer.actor)
    if saved:
        messages.success(request, "Saved.")
        return redirect("dashboard:station_settings", public_id)
    context = frame(request, station, "settings") | {"form": form, "rekey": RekeyForm()}
    return render(request, "dashboard/station/settings.html", context, status=422 if form.errors else 200)


@require_POST
@page("stations.credentials", "stations")
def station_rekey(request: OperatorRequest, public_id: str) -> HttpResponse:
    """A new password, shown once; the old one is void at once."""
    station = station_or_404(request.viewer, public_id)
    form = RekeyForm(request.POST)
    password = save(form, service.station_rekey, station=station, actor=request.viewer.actor)
    if password:
        return credentials_page(request, station, password)
    messages.error(request, " ".join(str(text) for texts in form.errors.values() for text in texts))
    return redirect("dashboard:station_settings", public_id)


@require_POST
@page("stations.view", "stations")
def station_watch(request: OperatorRequest, public_id: str) -> HttpResponse:
    """Log heartbeats too for an hour."""
    require(request, "stations.watch")
    station = station_or_404(request.viewer, public_id)
    service.station_watch(station, request.viewer.actor, 60)
    messages.success(request, "Watched for an hour: heartbeats are logged too.")
    return redirect("dashboard:station_messages", public_id)


@require_POST
@page("stations.edit", "stations")
def station_remove(request: OperatorRequest, public_id: str) -> HttpResponse:
    """Remove a station that never had a transaction; its identity must be typed."""
    station = station_or_404(request.viewer, public_id)
    if request.POST.get("confirm", "").strip() != station.identity:
        messages.error(request, f"Type {station.identity} to confirm.")
        return redirect("dashboard:station_settings", public_id)
    try:
        service.station_remove(station, request.viewer.actor)
    except ValidationError as error:
        messages.error(request, f"{capfirst(error.messages[0])}.")
        return redirect("dashboard:station_settings", public_id)
    messages.success(request, f"{station.identity} was removed.")
    return redirect("dashboard:stations")
