"""The Security tab of a station, and the security events of all of them."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.text import capfirst
from django.views.decorators.http import require_POST

from chargers.choices import OPEN_CHANGES, CertificateUse
from chargers.models import ChargingStation, Command
from chargers.selectors.security import (
    certificates_for,
    installed_for,
    roots_for,
    security_changes_for,
    security_events_for,
)
from chargers.services.commands.send import InvalidCommand
from chargers.services.security import certificate_roots, certificates
from chargers.services.security import changes as security_changes
from chargers.services.security import standing as security_standing
from chargers.services.security.events import events_seen

from ... import listing, maintenance
from ...access import OperatorRequest, page
from ...forms.saving import refuse
from ...forms.security import FloorForm, RaiseForm
from .stations import frame, station_or_404

RECENT_EVENTS = 10


@page("stations.view", "stations")
def station_security(request: OperatorRequest, public_id: str) -> HttpResponse:
    """How the station proves itself, its password, certificates, roots and events."""
    station = station_or_404(request.viewer, public_id)
    return _shown(request, station, RaiseForm(floor=station.security_profile_floor), _floor_form(station))


def _floor_form(station: ChargingStation, data: Any = None) -> FloorForm:
    return FloorForm(data, identity=station.identity, initial={"profile": station.security_profile_floor})


def _shown(
    request: OperatorRequest, station: ChargingStation, raising: RaiseForm, floor: FloorForm
) -> HttpResponse:
    viewer = request.viewer
    changes = security_changes_for(viewer, station)
    installed = list(installed_for(viewer).filter(station=station))
    names = certificate_roots.names_of(station.organisation_id)
    ours = [row for row in installed if row.use == CertificateUse.CSMS_ROOT]
    for row in installed:
        row.is_last = ours == [row]  # type: ignore[attr-defined]
        row.known = names.get((row.issuer_name_hash, row.serial_number))  # type: ignore[attr-defined]
    context = frame(request, station, "security") | {
        "raising": raising,
        "floor_form": floor,
        "under_way": list(changes.filter(state__in=OPEN_CHANGES)),
        "changes": list(changes.exclude(state__in=OPEN_CHANGES)[:5]),
        "steps": [(p, security_standing.raise_checks(station, p)) for p in _higher(station)],
        "certificates": list(certificates_for(viewer).filter(station=station)[:10]),
        "installed": installed,
        "roots": list(roots_for(viewer)),
        "events": list(security_events_for(viewer).filter(station=station)[:RECENT_EVENTS]),
    }
    failed = raising.errors or floor.errors
    return render(request, "dashboard/station/security.html", context, status=422 if failed else 200)


def _higher(station: ChargingStation) -> list[int]:
    return [profile for profile in (2, 3) if profile > station.security_profile_floor]


@require_POST
@page("stations.credentials", "stations")
def profile_raise(request: OperatorRequest, public_id: str) -> HttpResponse:
    """Ask the station to come with a higher profile, the old one holding for a while."""
    station = station_or_404(request.viewer, public_id)
    form = RaiseForm(request.POST, floor=station.security_profile_floor)
    if not form.is_valid():
        return _shown(request, station, form, _floor_form(station))
    wanted = form.cleaned_data
    try:
        security_changes.profile_raise(station, request.viewer.actor, **wanted)
    except ValidationError as error:
        refuse(form, error)
    except InvalidCommand as error:
        form.add_error(None, f"{capfirst(str(error))}.")
    except security_changes.NotReady as error:
        form.add_error(None, _not_ready(error.missing[0]))
    else:
        done = "Asked. The old profile holds until the station comes back with the new one."
        messages.success(request, done)
        return redirect("dashboard:station_security", public_id)
    return _shown(request, station, form, _floor_form(station))


def _not_ready(missing: security_standing.Check) -> str:
    return f"Not ready: {missing.label[0].lower()}{missing.label[1:]} is not so. {missing.advice}"


@require_POST
@page("stations.lower", "stations")
def profile_floor(request: OperatorRequest, public_id: str) -> HttpResponse:
    """Set what the station must reach by hand; its identity must be typed."""
    station = station_or_404(request.viewer, public_id)
    form = _floor_form(station, request.POST)
    if not form.is_valid():
        return _shown(request, station, RaiseForm(floor=station.security_profile_floor), form)
    security_changes.profile_floor_set(station, request.viewer.actor, form.cleaned_data["profile"])
    messages.success(request, "Saved. It holds from the station's next connection on.")
    return redirect("dashboard:station_security", public_id)


@require_POST
@page("stations.credentials", "stations")
def key_rotate(request: OperatorRequest, public_id: str) -> HttpResponse:
    """Have the station take a new password that nobody sees."""
    station = station_or_404(request.viewer, public_id)
    done = "A new password is on its way; the old one holds until the station has used the new one."
    return _tried(request, station, done, lambda: security_changes.key_rotate(station, request.viewer.actor))


@require_POST
@page("stations.credentials", "stations")
def certificate_ask(request: OperatorRequest, public_id: str) -> HttpResponse:
    """Have the station ask for a client certificate."""
    station = station_or_404(request.viewer, public_id)
    done = "Asked. The certificate is issued as soon as the station sends its request."
    return _tried(
        request, station, done, lambda: certificates.certificate_request(station, request.viewer.actor)
    )


@require_POST
@page("commands.send", "stations")
def roots_read(request: OperatorRequest, public_id: str) -> HttpResponse:
    """Ask the station which roots it trusts."""
    station = station_or_404(request.viewer, public_id)
    done = "Asked. The list is shown here when the station has answered."
    return _tried(request, station, done, lambda: certificate_roots.roots_read(station, request.viewer.actor))


@require_POST
@page("stations.credentials", "stations")
def root_install(request: OperatorRequest, public_id: str) -> HttpResponse:
    """Have the station trust one of our roots."""
    station = station_or_404(request.viewer, public_id)
    root = get_object_or_404(roots_for(request.viewer), public_id=request.POST.get("root", ""))
    done = f"{root.name} is on its way to the station."
    return _tried(
        request, station, done, lambda: certificate_roots.root_install(station, root, request.viewer.actor)
    )


@require_POST
@page("stations.credentials", "stations")
def root_delete(request: OperatorRequest, public_id: str, name: str) -> HttpResponse:
    """Have the station forget a root; the last one of this system must be confirmed with the identity."""
    station = station_or_404(request.viewer, public_id)
    row = get_object_or_404(installed_for(request.viewer).filter(station=station), public_id=name)
    last = request.POST.get("confirm", "").strip() == station.identity

    def delete() -> Command:
        return certificate_roots.root_delete(row, request.viewer.actor, last=last)

    return _tried(request, station, "The station is asked to forget it.", delete)


def _tried(request: OperatorRequest, station: ChargingStation, done: str, act: Any) -> HttpResponse:
    """Do it, and say what happened next or why not."""
    try:
        act()
        messages.success(request, done)
    except certificate_roots.LastRoot as error:
        text = f"{error}. Without it the station cannot come back. Type {station.identity} to delete it all the same."
        messages.error(request, text)
    except (InvalidCommand, ValidationError) as error:
        text = "; ".join(error.messages) if isinstance(error, ValidationError) else str(error)
        messages.error(request, f"{capfirst(text)}.")
    return redirect("dashboard:station_security", station.public_id)


@page("stations.view", "maintenance")
def security_events(request: OperatorRequest) -> HttpResponse:
    """What stations and the gateway noticed, newest first; critical ones wait for somebody to see to them."""
    shown = listing.chosen(request, "show", ["waiting", "critical"])
    rows = security_events_for(request.viewer)
    kind = listing.text(request, "type", 50)
    if shown:
        rows = rows.filter(is_critical=True)
    if shown == "waiting":
        rows = rows.filter(seen_at=None)
    if kind:
        rows = rows.filter(type__icontains=kind)
    context = maintenance.frame(request, "security") | {
        "page": listing.paginate(request, rows),
        "show": shown,
        "asked": {"type": kind},
        "filtered": bool(shown or kind),
    }
    return render(request, "dashboard/security_events.html", context)


@require_POST
@page("commands.send", "maintenance")
def security_events_seen(request: OperatorRequest) -> HttpResponse:
    """Note that these events are dealt with."""
    wanted = security_events_for(request.viewer).filter(public_id__in=request.POST.getlist("event")[:200])
    ids = list(wanted.values_list("pk", flat=True))
    count = events_seen(request.organisation, request.viewer.actor, ids)
    messages.success(request, f"{count} noted as dealt with." if count else "Nothing was open among them.")
    return redirect("dashboard:security_events")
