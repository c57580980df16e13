"""How far stations can be relied on: fail-safe limits confirmed, or not controlled and reserved for."""

from datetime import datetime
from typing import Any, Final

from django.db import transaction

from chargers.choices import FactKind
from chargers.domain import ProfilePurpose
from chargers.models import ChargingStation, StationConnection, StationSetting
from chargers.services.learned.facts import fact_learn
from cpms.core import audit, clock, live
from cpms.core.actors import SYSTEM, Actor
from cpms.core.events import publish

from ..choices import ProfileState, StandingState, UncontrolledReason
from ..events import StationUncontrolled
from ..models import InstalledProfile, Outlet, StationStanding

# The other unit, then a single step; who still refuses is not controlled.
MOST_REFUSALS: Final = 3


def standing_of(station_id: int) -> StationStanding:
    """The row of a station, locked (call inside a transaction)."""
    standing, _ = StationStanding.objects.select_for_update().get_or_create(station_id=station_id)
    return standing


def failsafe_look(station_id: int) -> None:
    """Whether every EVSE has confirmed its fail-safe limit over the socket that is open now: then it is trusted."""
    link = StationConnection.objects.filter(station_id=station_id).first()
    if link is None or link.opened_at is None:
        return
    managed = set(Outlet.objects.filter(evse__station_id=station_id).values_list("evse__number", flat=True))
    confirmed = InstalledProfile.objects.filter(
        station_id=station_id, purpose=ProfilePurpose.TX_DEFAULT, state=ProfileState.CONFIRMED,
        confirmed_at__gte=link.opened_at,
    )  # fmt: skip
    standing = standing_of(station_id)
    missing = managed - set(confirmed.values_list("evse_no", flat=True))
    if missing or standing.state == StandingState.UNCONTROLLED:
        return
    standing.state, standing.failsafe_at, standing.epoch = StandingState.TRUSTED, clock.now(), link.epoch
    standing.save()


@transaction.atomic
def uncontrolled(station_id: int, reason: UncontrolledReason) -> None:
    """A station cannot be relied on: its hardware maximum is kept free from now on."""
    standing = standing_of(station_id)
    if standing.state == StandingState.UNCONTROLLED:
        return
    now = clock.now()
    standing.state, standing.uncontrolled_since, standing.uncontrolled_reason = (
        StandingState.UNCONTROLLED, now, reason,
    )  # fmt: skip
    standing.save()
    fact_learn(station_id, FactKind.PROFILES, reason, {"since": now.isoformat()}, now)
    _announce(ChargingStation.objects.get(pk=station_id), reason, now)


@transaction.atomic
def standing_reset(station: ChargingStation, actor: Actor) -> None:
    """Try again with a station that was not controlled, after somebody has looked at it."""
    standing = standing_of(station.pk)
    standing.state, standing.uncontrolled_since, standing.uncontrolled_reason = (
        StandingState.UNKNOWN,
        None,
        "",
    )
    standing.failsafe_at, standing.epoch = None, 0
    standing.save()
    InstalledProfile.objects.filter(station=station).update(refusals=0)
    audit.record(
        actor, "station.control_retried", organisation_id=station.organisation_id, subject=station.public_id,
        label=station.identity,
    )  # fmt: skip


def _announce(station: ChargingStation, reason: UncontrolledReason, now: datetime) -> None:
    publish(
        StationUncontrolled(
            organisation_id=station.organisation_id, subject=station.public_id, occurred_at=now,
            station=station.public_id, reason=reason,
        )
    )  # fmt: skip
    audit.record(
        SYSTEM, "station.uncontrolled", organisation_id=station.organisation_id, subject=station.public_id,
        label=station.identity, reason=reason,
    )  # fmt: skip
    live.send_on_commit(station.organisation_id, stations=[station.public_id])


def capabilities_of(station_id: int) -> dict[str, Any]:
    """What the station's settings say of profiles, whatever its version calls them; what they leave open is missing."""
    reported = StationSetting.objects.filter(station_id=station_id, name__in=_NAMES, reported__isnull=False)
    found: dict[str, Any] = {}
    for name, value in reported.values_list("name", "reported"):
        key, read = _NAMES[name]
        if value is not None and (known := read(value)) is not None:
            found[key] = known
    return found


def capabilities_refresh() -> None:
    """Take over what stations' settings say by now."""
    for standing in StationStanding.objects.all():
        known = capabilities_of(standing.station_id)
        if known != standing.capabilities:
            StationStanding.objects.filter(pk=standing.pk).update(capabilities=known)


def _units(value: str) -> list[str] | None:
    words = {word.strip().lower() for word in value.split(",")}
    units = [unit for unit, names in (("A", {"a", "current"}), ("W", {"w", "power"})) if words & names]
    return units or None


def _count(value: str) -> int | None:
    return int(value) if value.strip().isascii() and value.strip().isdecimal() else None


_NAMES: Final = {
    "ChargeProfileMaxStackLevel": ("max_level", _count),
    "ChargingScheduleAllowedChargingRateUnit": ("units", _units),
    "ChargingScheduleMaxPeriods": ("max_periods", _count),
    "MaxChargingProfilesInstalled": ("max_profiles", _count),
    "SmartChargingCtrlr.PeriodsPerSchedule": ("max_periods", _count),
    "SmartChargingCtrlr.ProfileStackLevel": ("max_level", _count),
    "SmartChargingCtrlr.RateUnit": ("units", _units),
}
