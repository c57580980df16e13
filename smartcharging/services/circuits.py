"""Describing the wires of a site. A description nobody can calculate with is refused, naming the place."""

from math import inf
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Min

from chargers.models import Evse, Site
from chargers.services.changes import apply_changes
from cpms.core import audit
from cpms.core.actors import Actor

from ..engine.network import NetworkError
from ..models import Circuit, Outlet, SitePolicy
from ..selectors import network_of

# Where nothing is wired yet: IEC 61851-1.
LEAST_A: Final = 6.0
CIRCUIT_FIELDS: Final = ("name", "parent", "limit_a", "limit_w", "unbalance_a")
OUTLET_FIELDS: Final = (
    "circuit", "lines", "between", "direct_current", "volts", "loss", "minimum_a", "maximum_a", "step_a",
)  # fmt: skip
POLICY_FIELDS: Final = (
    "managed", "building_worst_a", "service_minimum_a", "margin_sigmas", "price_series", "feed_in_price",
    "peak_price",
)  # fmt: skip


@transaction.atomic
def circuit_create(site: Site, actor: Actor, **fields: Any) -> Circuit:
    """A new circuit. Raises ValidationError for a field, NetworkError for a tree that cannot be."""
    circuit = Circuit(site=site)
    apply_changes(circuit, fields, CIRCUIT_FIELDS)
    _keep_circuit(circuit)
    _note(actor, "circuit.created", site, circuit.public_id, circuit.name)
    return circuit


@transaction.atomic
def circuit_update(circuit: Circuit, actor: Actor, **fields: Any) -> Circuit:
    """Change a circuit. Raises ValidationError for a field, NetworkError for a tree that cannot be."""
    before = apply_changes(circuit, fields, CIRCUIT_FIELDS)
    _keep_circuit(circuit)
    _note(actor, "circuit.changed", circuit.site, circuit.public_id, circuit.name, before=before)
    return circuit


@transaction.atomic
def circuit_remove(circuit: Circuit, actor: Actor) -> None:
    """Remove a circuit on which nothing hangs. Raises ValidationError."""
    if circuit.children.exists() or circuit.outlets.exists():
        raise ValidationError("circuits or chargers still hang on this circuit; move them first")
    _note(actor, "circuit.removed", circuit.site, circuit.public_id, circuit.name)
    circuit.delete()


@transaction.atomic
def outlet_set(evse: Evse, actor: Actor, **fields: Any) -> Outlet:
    """Say how an EVSE is wired. Raises ValidationError for a field, NetworkError for wires that cannot be."""
    outlet = Outlet.objects.filter(evse=evse).first()
    if outlet is None and fields.get("circuit") is None:
        raise ValidationError({"circuit": "say on which circuit it hangs"})
    outlet = outlet or Outlet(evse=evse, circuit=fields["circuit"])
    before = apply_changes(outlet, fields, OUTLET_FIELDS)
    if outlet.circuit.site_id != evse.station.site_id:
        raise ValidationError({"circuit": "belongs to another site than the charger"})
    outlet.full_clean(exclude=["evse"])
    outlet.save()
    _check(outlet.circuit.site)
    _note(actor, "outlet.changed", outlet.circuit.site, evse.public_id, str(evse), before=before)
    return outlet


@transaction.atomic
def outlet_remove(outlet: Outlet, actor: Actor) -> None:
    """Take an EVSE off its circuit: it is not controlled any more."""
    _note(actor, "outlet.removed", outlet.circuit.site, outlet.evse.public_id, str(outlet.evse))
    outlet.delete()


@transaction.atomic
def policy_set(site: Site, actor: Actor, **fields: Any) -> SitePolicy:
    """Decide how a site's power is shared. Raises ValidationError, and NetworkError for one without circuits."""
    policy = SitePolicy.objects.filter(site=site).first() or SitePolicy(site=site)
    before = apply_changes(policy, fields, POLICY_FIELDS)
    policy.full_clean(exclude=["site"])
    _check_policy(policy)
    if "service_minimum_a" in fields:
        _check_service(policy)
    if policy.managed:
        _check(site)
    policy.save()
    _note(actor, "sharing.changed", site, site.public_id, site.name, before=before)
    return policy


def _keep_circuit(circuit: Circuit) -> None:
    circuit.full_clean(exclude=["site", "parent", "limit_a"], validate_constraints=False)
    if circuit.parent is not None and circuit.parent.site_id != circuit.site_id:
        raise ValidationError({"parent": "belongs to another site"})
    _check_limits(circuit)
    second = Circuit.objects.filter(site=circuit.site, parent=None).exclude(pk=circuit.pk)
    if circuit.parent is None and second.exists():
        raise NetworkError(circuit.public_id, "a site has exactly one circuit without parent")
    circuit.validate_constraints()
    circuit.save()
    _check(circuit.site)


def _check_limits(circuit: Circuit) -> None:
    limits = circuit.limit_a
    if not isinstance(limits, list) or len(limits) != 3 or None in limits:
        raise NetworkError(circuit.public_id, "needs a limit for each of three lines")


def _check_policy(policy: SitePolicy) -> None:
    worst = policy.building_worst_a
    if len(worst) != 3 or not all(one is not None and 0 <= one < inf for one in worst):
        raise ValidationError({"building_worst_a": "needs a current of 0 A or more for each of three lines"})
    series = policy.price_series
    if series is not None and series.organisation_id != policy.site.organisation_id:
        raise ValidationError({"price_series": "belongs to another organisation"})
    for name in ("service_minimum_a", "margin_sigmas", "feed_in_price", "peak_price"):
        if not 0 <= getattr(policy, name) < inf:
            raise ValidationError({name: "is a number of 0 or more"})


def _check_service(policy: SitePolicy) -> None:
    """A current no car here charges with would be raised to one that is, unasked."""
    told = Outlet.objects.filter(circuit__site=policy.site).aggregate(least=Min("minimum_a"))
    least = LEAST_A if told["least"] is None else told["least"]
    if 0 < policy.service_minimum_a < least:
        said = f"is 0 A, or at least {least:g} A: below that no car charges here"
        raise ValidationError({"service_minimum_a": said})


def _check(site: Site) -> None:
    """The whole site, as it now stands in this transaction."""
    network_of(site)


def _note(actor: Actor, act: str, site: Site, subject: str, label: str, **detail: Any) -> None:
    audit.record(
        actor, act, organisation_id=site.organisation_id, subject=subject, label=label, site=site.public_id,
        **detail,
    )  # fmt: skip
