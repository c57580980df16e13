"""The wires of a site: its circuits, how its chargers hang on them, and how the power is shared."""

from collections.abc import Callable
from typing import Any, TypeVar

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from billing.selectors.tariffs import price_series_for
from chargers.models import Evse, Site
from smartcharging.engine.network import NetworkError
from smartcharging.models import Circuit, Outlet
from smartcharging.selectors import circuits_for, evses_for, policy_of
from smartcharging.services import circuits as service

from ...access import OperatorRequest, page
from ...energy import frame, site_of
from ...forms.energy import CircuitForm, OutletForm, SharingForm
from ...forms.saving import save, submitted

T = TypeVar("T")


def _refusing(write: Callable[..., T]) -> Callable[..., T]:
    """The service, with wires that nobody can calculate with refused in words."""

    def written(**fields: Any) -> T:
        try:
            return write(**fields)
        except NetworkError as error:
            raise ValidationError(error.problem) from None

    return written


def _form(request: OperatorRequest, site: Site, form: Any, title: str, **more: Any) -> HttpResponse:
    context = {**frame(site, "wires"), "form": form, "title": title, **more}
    return render(request, "dashboard/energy/form.html", context, status=422 if form.errors else 200)


@page("sites.view", "energy")
def wires(request: OperatorRequest, public_id: str) -> HttpResponse:
    """The circuits as a tree, and the chargers that hang on none."""
    site = site_of(request, public_id)
    circuits = list(circuits_for(request.viewer).filter(site=site).order_by("name"))
    outlets = Outlet.objects.filter(circuit__site=site).select_related("evse__station", "circuit")
    loose = evses_for(request.viewer).filter(station__site=site, outlet=None)
    context = {
        **frame(site, "wires"),
        "branches": _branches(circuits, list(outlets.order_by("evse__station__identity", "evse__number"))),
        "loose": loose.order_by("station__identity", "number"),
    }
    return render(request, "dashboard/energy/wires.html", context)


def _branches(
    circuits: list[Circuit], outlets: list[Outlet], parent: int | None = None, depth: int = 0
) -> list[dict[str, Any]]:
    """Rows of the tree from top to bottom."""
    rows: list[dict[str, Any]] = []
    for circuit in circuits:
        if circuit.parent_id == parent:
            here = [outlet for outlet in outlets if outlet.circuit_id == circuit.pk]
            rows.append({"circuit": circuit, "depth": depth, "outlets": here})
            rows += _branches(circuits, outlets, circuit.pk, depth + 1)
    return rows


@page("sites.edit", "energy")
def circuit_new(request: OperatorRequest, public_id: str) -> HttpResponse:
    """A new circuit below the one the link names."""
    site = site_of(request, public_id)
    circuits = circuits_for(request.viewer).filter(site=site)
    start = {
        "parent": request.GET.get("below") or (circuits.filter(parent=None).first() or Circuit()).public_id
    }
    form = CircuitForm(submitted(request), circuits=circuits, initial=start)
    if save(form, _refusing(service.circuit_create), site=site, actor=request.viewer.actor):
        messages.success(request, "Circuit added.")
        return redirect("dashboard:wires", site.public_id)
    return _form(request, site, form, "Add circuit")


@page("sites.edit", "energy")
def circuit_edit(request: OperatorRequest, public_id: str) -> HttpResponse:
    """Change a circuit."""
    circuit = get_object_or_404(circuits_for(request.viewer), public_id=public_id)
    others = circuits_for(request.viewer).filter(site=circuit.site).exclude(pk=circuit.pk)
    form = CircuitForm(submitted(request), circuits=others, initial=CircuitForm.start(circuit))
    if save(form, _refusing(service.circuit_update), circuit=circuit, actor=request.viewer.actor):
        messages.success(request, "Saved.")
        return redirect("dashboard:wires", circuit.site.public_id)
    return _form(request, circuit.site, form, circuit.name, removes=circuit)


@require_POST
@page("sites.edit", "energy")
def circuit_out(request: OperatorRequest, public_id: str) -> HttpResponse:
    """Remove a circuit on which nothing hangs."""
    circuit = get_object_or_404(circuits_for(request.viewer), public_id=public_id)
    try:
        service.circuit_remove(circuit, request.viewer.actor)
        messages.success(request, f"{circuit.name} removed.")
    except ValidationError as error:
        messages.error(request, "; ".join(error.messages))
    return redirect("dashboard:wires", circuit.site.public_id)


@page("sites.edit", "energy")
def outlet(request: OperatorRequest, public_id: str) -> HttpResponse:
    """Say on which circuit and lines a charger hangs."""
    evse = get_object_or_404(evses_for(request.viewer), public_id=public_id)
    site = evse.station.site
    assert site is not None
    circuits = circuits_for(request.viewer).filter(site=site)
    form = OutletForm(submitted(request), circuits=circuits, initial=OutletForm.start(_outlet(evse)))
    if save(form, _refusing(service.outlet_set), evse=evse, actor=request.viewer.actor):
        messages.success(request, "Saved.")
        return redirect("dashboard:wires", site.public_id)
    return _form(request, site, form, f"{evse.station.label} · {evse.number}", unhooks=evse)


def _outlet(evse: Evse) -> Outlet:
    return Outlet.objects.filter(evse=evse).select_related("circuit").first() or Outlet(evse=evse)


@require_POST
@page("sites.edit", "energy")
def outlet_out(request: OperatorRequest, public_id: str) -> HttpResponse:
    """Take a charger off its circuit."""
    evse = get_object_or_404(evses_for(request.viewer), public_id=public_id)
    found = get_object_or_404(Outlet, evse=evse)
    service.outlet_remove(found, request.viewer.actor)
    messages.success(request, "It is on no circuit any more, and is told nothing.")
    assert evse.station.site is not None
    return redirect("dashboard:wires", evse.station.site.public_id)


@page("sites.view", "energy")
def sharing(request: OperatorRequest, public_id: str) -> HttpResponse:
    """How the power is shared; members who may not decide read it."""
    site = site_of(request, public_id)
    may = request.viewer.may("sites.edit")
    data, start = submitted(request) if may else None, SharingForm.start(policy_of(site))
    form = SharingForm(data, initial=start, series=price_series_for(request.viewer))
    write = _refusing(service.policy_set)
    if may and save(form, write, site=site, actor=request.viewer.actor) is not None:
        messages.success(request, "Saved.")
        return redirect("dashboard:energy", site.public_id)
    context = {**frame(site, "sharing"), "form": form, "policy": policy_of(site), "may": may}
    return render(request, "dashboard/energy/sharing.html", context, status=422 if form.errors else 200)
