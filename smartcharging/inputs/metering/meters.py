"""Setting up site meters. What no meter can be read with is refused, naming the field."""

from typing import Any, Final

from django.core.exceptions import ValidationError
from django.db import transaction

from chargers.models import Site
from chargers.services.changes import apply_changes
from cpms.core import audit, secrets
from cpms.core.actors import Actor
from smartcharging.meters import BadSettings
from smartcharging.meters.registry import DRIVERS
from smartcharging.models import MeterStanding, SiteMeter

from ..choices import MeterDriver
from .lines import lines_needed

FIELDS: Final = (
    "name", "circuit", "driver", "measures", "line_order", "reversed", "highest_a", "address", "station", "settings",
    "every_s", "active",
)  # fmt: skip


@transaction.atomic
def meter_create(site: Site, actor: Actor, *, secret: str = "", **fields: Any) -> SiteMeter:
    """A new meter of a site. Raises ValidationError naming the field."""
    meter = SiteMeter(site=site)
    _set(meter, fields, secret)
    MeterStanding.objects.create(meter=meter)
    _note(actor, "site_meter.created", meter)
    return meter


@transaction.atomic
def meter_update(meter: SiteMeter, actor: Actor, *, secret: str | None = None, **fields: Any) -> SiteMeter:
    """Change a meter; `secret` None keeps the one it has. Raises ValidationError naming the field.

    A secret goes to one address only: another address needs it said again.
    """
    if secret is None and meter.sealed_secret and fields.get("address", meter.address) != meter.address:
        raise ValidationError({"secret": "say it again for the new address"})
    before = _set(meter, fields, secret)
    _note(actor, "site_meter.changed", meter, before=before)
    return meter


@transaction.atomic
def meter_remove(meter: SiteMeter, actor: Actor) -> None:
    """Remove a meter with everything it said."""
    _note(actor, "site_meter.removed", meter)
    meter.delete()


def secret_of(meter: SiteMeter) -> str:
    """The password or token of a meter. Raises secrets.Unreadable."""
    return secrets.unseal(meter.sealed_secret) if meter.sealed_secret else ""


def _set(meter: SiteMeter, fields: dict[str, Any], secret: str | None) -> dict[str, Any]:
    before = apply_changes(meter, fields, FIELDS)
    meter.full_clean(exclude=["site", "circuit", "station", "sealed_secret"])
    meter.validate_constraints()
    _check_place(meter)
    _check_settings(meter)
    if secret is not None:
        meter.sealed_secret = secrets.seal(secret) if secret else ""
    meter.save()
    return before


def _check_place(meter: SiteMeter) -> None:
    if meter.circuit is not None and meter.circuit.site_id != meter.site_id:
        raise ValidationError({"circuit": "belongs to another site"})
    is_station = meter.driver == MeterDriver.STATION
    if is_station and meter.station is None:
        raise ValidationError({"station": "say whose meter it is"})
    if not is_station and meter.station is not None:
        raise ValidationError({"station": "is only for meters of charging stations"})
    if meter.station is not None and meter.station.site_id != meter.site_id:
        raise ValidationError({"station": "stands at another site"})


def _check_settings(meter: SiteMeter) -> None:
    if not isinstance(meter.settings, dict):
        raise ValidationError({"settings": "has to be an object"})
    try:
        lines = lines_needed(meter.measures, meter.line_order)
        DRIVERS[meter.driver].check(meter.address, meter.settings, lines)
    except BadSettings as error:
        field, _, place = error.field.partition(".")
        raise ValidationError({field: f"{place}: {error.problem}" if place else error.problem}) from None


def _note(actor: Actor, act: str, meter: SiteMeter, **detail: Any) -> None:
    audit.record(
        actor, act, organisation_id=meter.site.organisation_id, subject=meter.public_id, label=meter.name,
        site=meter.site.public_id, **detail,
    )  # fmt: skip
