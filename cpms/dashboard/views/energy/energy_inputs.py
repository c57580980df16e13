"""What smart charging is told from outside: the meters of a site, and limits that others set."""

from datetime import datetime
from functools import partial
from math import isfinite
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from chargers.models import Site
from chargers.selectors.stations import stations_for
from cpms.core import clock
from cpms.core.ids import public_id as new_id
from smartcharging.inputs.choices import LimitState
from smartcharging.inputs.limits.taking import LimitOver, limit_end, limit_set, limit_state
from smartcharging.inputs.metering.load import building_load, meter_verdict
from smartcharging.inputs.metering.meters import meter_create, meter_remove, meter_update
from smartcharging.inputs.selectors import limits_for, meters_for
from smartcharging.models import LimitEvent, SiteMeter
from smartcharging.selectors import circuits_for

from ... import listing
from ...access import OperatorRequest, page
from ...energy import frame, site_of
from ...forms.energy_inputs import LimitForm, MeterForm
from ...forms.saving import save, submitted


@page("sites.view", "energy")
def meters(request: OperatorRequest, public_id: str) -> HttpResponse:
    """The meters of a site with what they say and how they do, and the load that follows."""
    site, now = site_of(request, public_id), clock.now()
    rows = meters_for(request.viewer).filter(site=site).order_by("name")
    names = {one.public_id: one.name for one in circuits_for(request.viewer).filter(site=site)}
    context = {
        **frame(site, "meters"),
        "meters": [(meter, meter_verdict(meter, now)) for meter in rows],
        "loads": [
            (names.get(load.circuit or "", "Grid connection"), load, _known(load.amps))
            for load in building_load(site, now)
        ],
    }
    return render(request, "dashboard/energy/meters.html", context)


@page("sites.edit", "energy")
def meter_new(request: OperatorRequest, public_id: str) -> HttpResponse:
    """A new meter."""
    site = site_of(request, public_id)
    start = {"line_order": "123", "highest_a": 250, "every_s": 10, "active": True}
    form = MeterForm(submitted(request), initial=start, **_choices(request, site))
    if save(form, meter_create, site=site, actor=request.viewer.actor):
        messages.success(request, "Meter added.")
        return redirect("dashboard:meters", site.public_id)
    return _form(request, site, "meters", form, "Add meter")


@page("sites.edit", "energy")
def meter_edit(request: OperatorRequest, public_id: str) -> HttpResponse:
    """Change a meter."""
    meter = get_object_or_404(meters_for(request.viewer), public_id=public_id)
    form = MeterForm(submitted(request), initial=MeterForm.start(meter), **_choices(request, meter.site))
    if save(form, partial(meter_update, meter), actor=request.viewer.actor):
        messages.success(request, "Saved.")
        return redirect("dashboard:meters", meter.site.public_id)
    return _form(request, meter.site, "meters", form, meter.name, removes=meter)


@require_POST
@page("sites.edit", "energy")
def meter_out(request: OperatorRequest, public_id: str) -> HttpResponse:
    """Remove a meter with what it said."""
    meter: SiteMeter = get_object_or_404(meters_for(request.viewer), public_id=public_id)
    site = meter.site
    meter_remove(meter, request.viewer.actor)
    messages.success(request, f"{meter.name} removed.")
    return redirect("dashboard:meters", site.public_id)


@page("sites.view", "energy")
def limits(request: OperatorRequest, public_id: str) -> HttpResponse:
    """The limits of a site: in force, to come, over."""
    site, now = site_of(request, public_id), clock.now()
    shown = listing.paginate(request, limits_for(request.viewer).filter(site=site))
    context = {
        **frame(site, "limits"),
        "page": shown,
        "limits": [_stands(limit, now) for limit in shown.object_list],
    }
    return render(request, "dashboard/energy/limits.html", context)


@page("limits.edit", "energy")
def limit_new(request: OperatorRequest, public_id: str) -> HttpResponse:
    """Set a limit by hand, for some hours from now."""
    site = site_of(request, public_id)
    circuits = circuits_for(request.viewer).filter(site=site)
    form = LimitForm(submitted(request), circuits=circuits, initial={"hours": 1})
    if save(form, _limit_by_hand, site=site, actor=request.viewer.actor):
        messages.success(request, "The limit is set.")
        return redirect("dashboard:limits", site.public_id)
    return _form(request, site, "limits", form, "Set a limit")


@require_POST
@page("limits.edit", "energy")
def limit_out(request: OperatorRequest, public_id: str) -> HttpResponse:
    """End a limit before its time."""
    limit: LimitEvent = get_object_or_404(limits_for(request.viewer), public_id=public_id)
    try:
        limit_end(limit, request.viewer.actor)
        messages.success(request, "The limit is ended.")
    except LimitOver as error:
        messages.error(request, str(error))
    return redirect("dashboard:limits", limit.site.public_id)


def _known(amps: tuple[float, float, float]) -> list[float | None]:
    """Currents, None where nobody knows."""
    return [one if isfinite(one) else None for one in amps]


def _stands(limit: LimitEvent, now: datetime) -> tuple[LimitEvent, LimitState, bool]:
    """The limit, where it stands, and whether it can still be ended."""
    state = limit_state(limit, now)
    return limit, state, state in (LimitState.PLANNED, LimitState.ACTIVE)


def _limit_by_hand(site: Site, actor: Any, source: str, **fields: Any) -> LimitEvent:
    try:
        return limit_set(site, source, new_id("hand"), actor, **fields)[0]
    except LimitOver as error:
        raise ValidationError(str(error)) from None


def _choices(request: OperatorRequest, site: Site) -> dict[str, Any]:
    circuits = circuits_for(request.viewer).filter(site=site)
    return {
        "circuits": circuits,
        "stations": stations_for(request.viewer).filter(site=site).order_by("identity"),
    }


def _form(request: OperatorRequest, site: Site, tab: str, form: Any, title: str, **more: Any) -> HttpResponse:
    context = {**frame(site, tab), "back": f"dashboard:{tab}", "form": form, "title": title, **more}
    return render(request, "dashboard/energy/input_form.html", context, status=422 if form.errors else 200)
