"""Restarting a station now, when it is idle or at a time; putting it in and out of service."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.text import capfirst
from django.views.decorators.http import require_POST

from chargers.models import ChargingStation
from chargers.selectors.commands import scheduled_for
from chargers.selectors.stations import connectors_for
from chargers.selectors.transactions import open_transactions_for
from chargers.services.commands import scheduled
from chargers.services.commands import send as service

from ...access import OperatorRequest, page
from ...forms.actions import AvailabilityForm, RestartForm
from ...forms.saving import refuse, submitted
from .stations import station_or_404


@page("commands.send", "stations")
def restart(request: OperatorRequest, public_id: str) -> HttpResponse:
    """Restart now, when nobody is charging, or at a time."""
    station = station_or_404(request.viewer, public_id)
    form = RestartForm(submitted(request))
    if request.method == "POST" and form.is_valid() and _is_meant(request, station, form):
        url = _restarted(request, station, form)
        if url:
            return redirect(*url)
    context = {
        "station": station,
        "form": form,
        "charging": open_transactions_for(request.viewer).filter(station=station),
        "typed": request.POST.get("confirm", ""),
    }
    return render(request, "dashboard/restart.html", context, status=422 if form.errors else 200)


def _is_meant(request: OperatorRequest, station: ChargingStation, form: RestartForm) -> bool:
    if request.POST.get("confirm", "").strip() == station.identity:
        return True
    form.add_error(None, f"Type {station.identity} to confirm.")
    return False


def _restarted(
    request: OperatorRequest, station: ChargingStation, form: RestartForm
) -> tuple[str, str] | None:
    """Send or keep it; where to go then, or None with what is wrong in the form."""
    wish, actor = form.request(), request.viewer.actor
    try:
        if form.is_now:
            return "dashboard:command", service.command_request(station, wish, actor).public_id
        scheduled.schedule_request(station, wish, actor, **form.moment())
        messages.success(request, "The restart waits for its moment.")
        return "dashboard:station_commands", station.public_id
    except service.InvalidCommand as error:
        form.add_error(None, f"{capfirst(str(error))}.")
    except ValidationError as error:
        texts = getattr(error, "message_dict", {})
        refuse(form, ValidationError({"at": texts["not_before"]}) if "not_before" in texts else error)
    return None


@page("commands.send", "stations")
def availability(request: OperatorRequest, public_id: str) -> HttpResponse:
    """What is wanted and what is reported of each connector, and changing what is wanted."""
    station = station_or_404(request.viewer, public_id)
    form = AvailabilityForm(submitted(request), evses=station.evses.order_by("number"))
    if request.method == "POST" and form.is_valid():
        try:
            sent = service.command_request(station, form.request(), request.viewer.actor)
            return redirect("dashboard:command", sent.public_id)
        except service.InvalidCommand as error:
            form.add_error(None, f"{capfirst(str(error))}.")
    connectors = connectors_for(request.viewer).filter(evse__station=station)
    context = {"station": station, "form": form, "connectors": connectors}
    return render(request, "dashboard/availability.html", context, status=422 if form.errors else 200)


@require_POST
@page("commands.send", "stations")
def scheduled_cancel(request: OperatorRequest, public_id: str) -> HttpResponse:
    """Take back a command that waits for its moment."""
    row = get_object_or_404(scheduled_for(request.viewer), public_id=public_id)
    try:
        scheduled.schedule_cancel(row, request.viewer.actor)
        messages.success(request, "Cancelled.")
    except scheduled.NotWaiting as error:
        messages.error(request, f"Too late: {error}.")
    return redirect("dashboard:station_commands", row.station.public_id)
