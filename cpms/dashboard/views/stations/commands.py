"""Commands: what a station can be told, sending it, and what became of it."""

import json
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.text import capfirst
from django.views.decorators.http import require_POST

from chargers import journey
from chargers.choices import Availability, CommandState
from chargers.domain import Place, RemoteStop, Request, SetAvailability, Trigger
from chargers.models import ChargingStation, Command
from chargers.ocpp import describe
from chargers.ocpp.adapter import Adapter, CommandSpec
from chargers.ocpp.schemas import schema
from chargers.selectors.commands import commands_for
from chargers.selectors.tags import id_tags_for
from chargers.selectors.transactions import transactions_for
from chargers.services.commands import send as service
from chargers.story import story
from cpms.core import clock
from smartcharging.picture import Preview, preview

from ...access import OperatorRequest, page
from ...forms import schema as schema_form
from ...forms.commands import JsonForm, RemoteStartForm
from ...forms.profiles import ProfileForm, places
from ...schedule_view import ScheduleView, view
from .own_forms import own_form
from .stations import station_or_404

QUICK: dict[str, Request] = {
    "status": Trigger("StatusNotification"),
    "meter": Trigger("MeterValues"),
    "out-of-service": SetAvailability(Place(0, None), Availability.INOPERATIVE),
    "in-service": SetAvailability(Place(0, None), Availability.OPERATIVE),
}

# Where connector 0 stands for the whole station.
OF_THE_WHOLE = {"ChangeAvailability", "ReserveNow"}


def _adapter(request: OperatorRequest, station: ChargingStation) -> Adapter | None:
    """The adapter of the station's version, or None with a message while it is not known."""
    try:
        return service.adapter_of(station)
    except service.InvalidCommand as error:
        messages.error(request, f"{capfirst(str(error))}.")
        return None


@page("commands.send", "stations")
def command_menu(request: OperatorRequest, public_id: str) -> HttpResponse:
    """Everything the station's version lets us ask for."""
    station = station_or_404(request.viewer, public_id)
    adapter = _adapter(request, station)
    if adapter is None:
        return redirect("dashboard:station", public_id)
    return render(request, "dashboard/command_menu.html", {"station": station, "adapter": adapter})


def _spec(adapter: Adapter, action: str) -> CommandSpec:
    found = next((spec for spec in adapter.commands if spec.action == action), None)
    if found is None:
        raise Http404(f"no command {action}")
    return found


@page("commands.send", "stations")
def command_new(request: OperatorRequest, public_id: str, action: str) -> HttpResponse:
    """The form of one command, from the schema of the station's own version; `?mode=json` for raw JSON."""
    station = station_or_404(request.viewer, public_id)
    adapter = _adapter(request, station)
    if adapter is None:
        return redirect("dashboard:station", public_id)
    spec, wanted = _spec(adapter, action), schema(adapter.version, action, "request")
    as_json = request.GET.get("mode") == "json"
    own = None if as_json else own_form(request, station, action)
    form = own or _form(request, station, action, as_json, wanted)
    previewed = _previewed(request, station, form)
    if request.method == "POST" and form.is_valid() and previewed is None:
        payload = _payload(adapter, wanted, form, as_json)
        sent = _send(request, station, spec, payload, form)
        if sent:
            return redirect("dashboard:command", sent.public_id)
    context = {
        "station": station,
        "spec": spec,
        "adapter": adapter,
        "form": form,
        "as_json": as_json,
        "previewed": previewed,
        "left_out": own is None and schema_form.leaves(wanted)[1],
        "schema_text": json.dumps(wanted),
        "typed": request.POST.get("confirm", ""),
    }
    return render(request, "dashboard/command_new.html", context, status=422 if form.errors else 200)


def _previewed(request: OperatorRequest, station: ChargingStation, form: Any) -> Preview | None:
    """What a charging profile would come to, where that is asked instead of sending it."""
    if not isinstance(form, ProfileForm) or "preview" not in request.POST or not form.is_valid():
        return None
    return preview(station, form.request(), clock.now())


def _payload(adapter: Adapter, wanted: dict[str, Any], form: Any, as_json: bool) -> dict[str, Any]:
    if as_json:
        return form.cleaned_data["payload"]
    if hasattr(form, "request"):
        return adapter.outbound(form.request())[1]
    return schema_form.payload(wanted, form.cleaned_data)


def _form(
    request: OperatorRequest, station: ChargingStation, action: str, as_json: bool, wanted: dict[str, Any]
) -> Any:
    data = request.POST if request.method == "POST" else None
    if as_json:
        return JsonForm(data, initial={"payload": "{\n  \n}"})
    choices = places(station.evses.order_by("number"), whole=action in OF_THE_WHOLE)
    return schema_form.form_class(wanted, choices)(data, initial=request.GET.dict())


def _send(
    request: OperatorRequest, station: ChargingStation, spec: CommandSpec, payload: dict[str, Any], form: Any
) -> Command | None:
    """Send, or put what is wrong into the form."""
    if spec.danger and request.POST.get("confirm", "").strip() != station.identity:
        form.add_error(None, f"Type {station.identity} to confirm.")
        return None
    try:
        return service.command_send(station, spec.action, payload, request.viewer.actor)
    except service.InvalidCommand as error:
        name = error.path.removeprefix("payload.")
        form.add_error(name if name in form.fields else None, f"{error}.")
        return None


@page("commands.send", "stations")
def remote_start(request: OperatorRequest, public_id: str) -> HttpResponse:
    """Start charging for a tag, in any version."""
    station = station_or_404(request.viewer, public_id)
    if _adapter(request, station) is None:
        return redirect("dashboard:station", public_id)
    tags = id_tags_for(request.viewer)
    form = RemoteStartForm(request.POST or None, evses=station.evses.order_by("number"), tags=tags)
    if request.method == "POST" and form.is_valid():
        try:
            sent = service.command_request(station, form.request(), request.viewer.actor)
            return redirect("dashboard:command", sent.public_id)
        except service.InvalidCommand as error:
            form.add_error(None, f"{error}.")
    context = {"station": station, "form": form, "tags": tags.filter(status="active")[:200]}
    return render(request, "dashboard/remote_start.html", context, status=422 if form.errors else 200)


@require_POST
@page("commands.send", "stations")
def command_quick(request: OperatorRequest, public_id: str, name: str) -> HttpResponse:
    """One of the harmless commands of the menu, in any version."""
    station = station_or_404(request.viewer, public_id)
    if name not in QUICK:
        raise Http404(f"no quick command {name}")
    return _requested(request, station, QUICK[name])


@require_POST
@page("commands.send", "transactions")
def remote_stop(request: OperatorRequest, public_id: str) -> HttpResponse:
    """Ask the station to stop a transaction."""
    transaction = get_object_or_404(transactions_for(request.viewer), public_id=public_id)
    if not transaction.is_open:
        messages.info(request, "The transaction has already ended.")
        return redirect("dashboard:transaction", public_id)
    return _requested(request, transaction.station, RemoteStop(transaction.reference))


def _requested(request: OperatorRequest, station: ChargingStation, wish: Request) -> HttpResponse:
    try:
        sent = service.command_request(station, wish, request.viewer.actor)
    except service.InvalidCommand as error:
        messages.error(request, f"{capfirst(str(error))}.")
        return redirect("dashboard:station", station.public_id)
    return redirect("dashboard:command", sent.public_id)


def command_or_404(request: OperatorRequest, public_id: str) -> Command:
    """The viewer's command with this public id. Raises Http404."""
    return get_object_or_404(commands_for(request.viewer), public_id=public_id)


@page("commands.view", "stations")
def command(request: OperatorRequest, public_id: str) -> HttpResponse:
    """One command: where it is on its way, what was answered, whether it was seen to happen."""
    return render(request, "dashboard/command.html", command_context(command_or_404(request, public_id)))


def command_context(found: Command) -> dict[str, Any]:
    """What the page of a command and its live part show."""
    link = getattr(found.station, "connection", None)
    return {
        "command": found,
        "station": found.station,
        "steps": journey.steps(found, bool(link and link.is_open)),
        "label": describe.command_label(link.subprotocol if link else "", found.action),
        "result_title": "Details of the error" if found.error_code else "Answer",
        "story": story(found, bool(link and link.is_open)),
        "can_cancel": journey.can_cancel(found),
        "schedule": _schedule(found),
        "sent_text": json.dumps(_redacted(found)),
        "result_text": "" if found.result is None else json.dumps(found.result),
    }


def _schedule(found: Command) -> ScheduleView | None:
    if found.state != CommandState.ACCEPTED or not found.result:
        return None
    try:
        return view(service.adapter_of(found.station).composite(found.result))
    except service.InvalidCommand:
        return None


def _redacted(found: Command) -> dict[str, Any]:
    """The payload without secrets: what was sent as a key stays unread."""
    try:
        return service.adapter_of(found.station).redact(found.action, found.payload)
    except service.InvalidCommand:
        return {}


@require_POST
@page("commands.send", "stations")
def command_cancel(request: OperatorRequest, public_id: str) -> HttpResponse:
    """Take back a command that is still queued."""
    found = command_or_404(request, public_id)
    try:
        service.command_cancel(found, request.viewer.actor)
    except service.NotCancellable:
        messages.error(request, "It is on its way already and cannot be taken back.")
    return redirect("dashboard:command", public_id)
