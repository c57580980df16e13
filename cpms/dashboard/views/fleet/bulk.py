"""Bulk commands: whom and what, what would happen, what became of each station."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from chargers.choices import BulkState
from chargers.filters.stations import StationFilter
from chargers.models import BulkCommand, ChargingStation
from chargers.selectors.commands import bulk_commands_for, bulk_items_for
from chargers.selectors.stations import stations_for
from chargers.services.bulk import run as service
from chargers.services.bulk.plan import Plan, plan
from chargers.services.bulk.waves import bulk_wave
from cpms.accounts.viewer import Viewer

from ... import listing
from ...access import OperatorRequest, page
from ...forms.bulk import BulkForm
from ...maintenance import frame
from ..stations.stations import FILTERS

ROWS = 100


@page("commands.view", "maintenance")
def bulk_commands(request: OperatorRequest) -> HttpResponse:
    """All bulk commands, newest first."""
    shown = listing.paginate(request, bulk_commands_for(request.viewer))
    context = frame(request, "bulk") | {"page": shown}
    return render(request, "dashboard/bulk_commands.html", context)


def _chosen(request: OperatorRequest) -> QuerySet[ChargingStation]:
    """The stations of the address: those named, or with `?all=1` those the list's filter matches."""
    mine = stations_for(request.viewer).filter(organisation=request.organisation).order_by("identity")
    if request.GET.get("all") != "1":
        named = [text.replace("\x00", "")[:64] for text in request.GET.getlist("station")]
        return mine.filter(public_id__in=named)
    asked = {"search": listing.text(request, "search"), "site": listing.text(request, "site", 40)}
    rows = StationFilter(asked, mine).qs
    link = listing.chosen(request, "link", list(FILTERS))
    return rows.filter(FILTERS[link]) if link else rows


@page("commands.send", "maintenance")
def bulk_new(request: OperatorRequest) -> HttpResponse:
    """Choose a command for the stations of the address, see what would happen, then send it."""
    stations = _chosen(request)
    data = request.POST if request.method == "POST" else request.GET if "wish" in request.GET else None
    form = BulkForm(data)
    seen = plan(stations, form.ask()) if form.is_bound and form.is_valid() else None
    if request.method == "POST" and seen:
        made = _begun(request, form, seen)
        if made:
            return redirect("dashboard:bulk_command", made.public_id)
    context = {
        "form": form,
        "plan": seen,
        "count": stations.count(),
        "stations": stations[:12],
        "is_all": request.GET.get("all") == "1",
        "is_narrowed": any(request.GET.get(name) for name in ("search", "site", "link")),
        "kept": [(name, value) for name, values in request.GET.lists() if name in _WHOM for value in values],
        "typed": request.POST.get("confirm", ""),
    }
    return render(request, "dashboard/bulk_new.html", context, status=422 if form.errors else 200)


_WHOM = ("station", "all", "search", "site", "link")


def _begun(request: OperatorRequest, form: BulkForm, seen: Plan) -> BulkCommand | None:
    """Send it, or put what is wrong into the form."""
    if seen.needs_word and request.POST.get("confirm", "").strip() != str(len(seen.sendable)):
        form.add_error(None, f"Type {len(seen.sendable)}, the number of stations, to confirm.")
        return None
    pace, wait_s = form.cleaned_data["per_minute"], form.cleaned_data["wait_s"]
    try:
        made = service.bulk_make(
            request.organisation, seen, request.viewer.actor, per_minute=pace, wait_s=wait_s
        )
    except ValidationError as error:
        form.add_error(None, error.messages[0])
        return None
    bulk_wave(made.pk)
    return made


def bulk_or_404(request: OperatorRequest, public_id: str) -> BulkCommand:
    """The viewer's bulk command with this public id. Raises Http404."""
    return get_object_or_404(bulk_commands_for(request.viewer), public_id=public_id)


@page("commands.view", "maintenance")
def bulk_command(request: OperatorRequest, public_id: str) -> HttpResponse:
    """How far it is, and what became of each station."""
    found = bulk_or_404(request, public_id)
    items = listing.paginate(request, bulk_items_for(request.viewer, found), ROWS)
    context = bulk_context(request.viewer, found) | {"page": items}
    return render(request, "dashboard/bulk_command.html", context)


def bulk_context(viewer: Viewer, found: BulkCommand) -> dict[str, Any]:
    """What the page of a bulk command and its live part show."""
    counts = service.bulk_counts(found)
    answered = counts["accepted"] + counts["refused"] + counts["never"] + counts["left_out"]
    return {
        "bulk": found,
        "counts": counts,
        "answered": answered,
        "is_running": found.state == BulkState.RUNNING,
        "is_settled": answered >= found.total,
    }


@require_POST
@page("commands.send", "maintenance")
def bulk_stop(request: OperatorRequest, public_id: str) -> HttpResponse:
    """Send it to nobody else."""
    found = bulk_or_404(request, public_id)
    try:
        service.bulk_stop(found, request.viewer.actor)
        messages.success(request, "Stopped. What was sent stays sent.")
    except service.NotRunning:
        messages.info(request, "Everything was sent already.")
    return redirect("dashboard:bulk_command", public_id)
