"""Firmware and logs of one station, and the logs of all."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.text import capfirst
from django.views.decorators.http import require_POST

from chargers.choices import LogKind
from chargers.models import FirmwarePolicy
from chargers.selectors.files import (
    firmware_files_for,
    firmware_updates_for,
    log_requests_for,
    stray_file_reports_for,
)
from chargers.services.commands.send import InvalidCommand
from chargers.services.files.firmware_updates import (
    CANCELLABLE,
    CannotUpdate,
    firmware_policy_set,
    update_cancel,
    update_start,
)
from chargers.services.files.links import NoTransport, link_for_log_download
from chargers.services.files.logs import CannotRequest, log_remove, log_request_start
from chargers.services.files.storage import StorageAway

from ... import listing
from ...access import OperatorRequest, page, require
from ...forms.firmware import LogForm, PolicyForm, UpdateForm
from ...maintenance import frame as maintenance_frame
from ..fleet.firmware_campaigns import SENDABLE
from .stations import frame, station_or_404

REFUSALS = (CannotUpdate, CannotRequest, NoTransport, StorageAway, InvalidCommand)
SHOWN = 20


@page("stations.view", "maintenance")
def logs(request: OperatorRequest) -> HttpResponse:
    """The logs of all stations, and statuses nobody asked for."""
    context = maintenance_frame(request, "logs") | {
        "page": listing.paginate(request, log_requests_for(request.viewer)),
        "strays": stray_file_reports_for(request.viewer)[:SHOWN],
    }
    return render(request, "dashboard/logs.html", context)


@page("stations.view", "stations")
def station_files(request: OperatorRequest, public_id: str) -> HttpResponse:
    """What a station runs, its updates with their steps, its logs, and the forms for more."""
    station = station_or_404(request.viewer, public_id)
    viewer = request.viewer
    files = firmware_files_for(viewer).filter(state__in=SENDABLE, vendor__iexact=station.vendor)
    policy = FirmwarePolicy.objects.filter(station=station).first() or FirmwarePolicy(station=station)
    context: dict[str, Any] = frame(request, station, "files") | {
        "updates": firmware_updates_for(viewer).filter(station=station)[:SHOWN],
        "log_requests": log_requests_for(viewer).filter(station=station)[:SHOWN],
        "strays": stray_file_reports_for(viewer).filter(station=station)[:SHOWN],
        "policy": policy,
        "has_files": files.exists(),
        "update_form": UpdateForm(files=files),
        "log_form": LogForm(),
        "policy_form": PolicyForm(
            initial={"allows_unsigned": policy.allows_unsigned, "reason": policy.reason}
        ),
        "cancellable": CANCELLABLE,
    }
    return render(request, "dashboard/station/files.html", context)


def _do(request: OperatorRequest, public_id: str, work: Callable[[], object], said: str) -> HttpResponse:
    """Do it, or say why not; then the tab again."""
    try:
        work()
    except ValidationError as error:
        messages.error(request, capfirst(". ".join(error.messages)) + ".")
    except REFUSALS as error:
        messages.error(request, f"{capfirst(str(error))}.")
    else:
        messages.success(request, said)
    return redirect("dashboard:station_files", public_id)


def _unreadable(request: OperatorRequest, public_id: str, form: Any) -> HttpResponse:
    messages.error(request, " ".join(f"{name}: {texts[0]}" for name, texts in form.errors.items()))
    return redirect("dashboard:station_files", public_id)


@require_POST
@page("commands.send", "stations")
def station_update(request: OperatorRequest, public_id: str) -> HttpResponse:
    """Have the station fetch a firmware."""
    station = station_or_404(request.viewer, public_id)
    form = UpdateForm(request.POST, files=firmware_files_for(request.viewer))
    if not form.is_valid():
        return _unreadable(request, public_id, form)
    fields = dict(form.cleaned_data)
    file = fields.pop("firmware")
    said = "Asked: the steps below show how far it is."
    return _do(request, public_id, lambda: update_start(station, file, request.viewer.actor, **fields), said)


@require_POST
@page("commands.send", "stations")
def update_out(request: OperatorRequest, public_id: str) -> HttpResponse:
    """Take an update back."""
    update = get_object_or_404(firmware_updates_for(request.viewer), public_id=public_id)
    station = update.station.public_id
    return _do(
        request, station, lambda: update_cancel(update, request.viewer.actor), "The update is cancelled."
    )


@require_POST
@page("commands.send", "stations")
def station_log(request: OperatorRequest, public_id: str) -> HttpResponse:
    """Ask the station for a log."""
    station = station_or_404(request.viewer, public_id)
    form = LogForm(request.POST)
    if not form.is_valid():
        return _unreadable(request, public_id, form)
    fields = dict(form.cleaned_data)
    kind = LogKind(fields.pop("kind"))
    said = "Asked: the file appears below when the station has brought it."
    return _do(
        request, public_id, lambda: log_request_start(station, kind, request.viewer.actor, **fields), said
    )


@require_POST
@page("stations.view", "stations")
def station_firmware_policy(request: OperatorRequest, public_id: str) -> HttpResponse:
    """Flag the station for unsigned firmware, or no longer."""
    require(request, "stations.edit")
    station = station_or_404(request.viewer, public_id)
    form = PolicyForm(request.POST)
    if not form.is_valid():
        return _unreadable(request, public_id, form)
    actor = request.viewer.actor
    return _do(request, public_id, lambda: firmware_policy_set(station, actor, **form.cleaned_data), "Saved.")


@require_POST
@page("commands.send", "maintenance")
def log_download(request: OperatorRequest, public_id: str) -> HttpResponse:
    """To a one-time address with the file."""
    here = log_requests_for(request.viewer).exclude(storage_name="")
    return redirect(link_for_log_download(get_object_or_404(here, public_id=public_id)))


@require_POST
@page("stations.edit", "maintenance")
def log_out(request: OperatorRequest, public_id: str) -> HttpResponse:
    """Remove a log with its file."""
    found = get_object_or_404(log_requests_for(request.viewer), public_id=public_id)
    station = found.station.public_id
    return _do(request, station, lambda: log_remove(found, request.viewer.actor), "The log is removed.")
