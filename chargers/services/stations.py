"""Registering stations, changing them, giving them keys."""

from datetime import timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from chargers.models import ChargingStation, Site, StationConnection, Transaction, UnknownStation
from cpms.accounts.models import Organisation
from cpms.core import audit, bus, clock, live
from cpms.core.actors import Actor
from cpms.core.secrets import machine_key_hash, random_key

from .changes import apply_changes

FIELDS = ("name", "site", "notes", "strict", "open_until")
MIN_KEY, MAX_KEY = 16, 64


@transaction.atomic
def station_register(
    organisation: Organisation,
    identity: str,
    actor: Actor,
    *,
    name: str = "",
    site: Site | None = None,
    password: str | None = None,
    notes: str = "",
) -> tuple[ChargingStation, str]:
    """A new station and its password in clear, which is never shown again. Raises ValidationError naming the field."""
    station = ChargingStation(organisation=organisation, identity=identity, name=name, site=site, notes=notes)
    password = _set_key(station, password)
    _check(station)
    station.save()
    StationConnection.objects.create(station=station)
    # It is not unknown any more; what it sent in vain is history.
    UnknownStation.objects.filter(identity=identity).delete()
    _record(actor, "station.registered", station)
    _told(station)
    return station, password


@transaction.atomic
def station_update(station: ChargingStation, actor: Actor, **fields: Any) -> ChargingStation:
    """Change what the operator may change. Raises ValidationError naming the field."""
    before = apply_changes(station, fields, FIELDS)
    _check(station)
    station.save()
    _record(actor, "station.changed", station, before=before)
    _told(station)
    return station


@transaction.atomic
def station_rekey(station: ChargingStation, actor: Actor, password: str | None = None) -> str:
    """A new password, valid at once; the old one opens nothing any more. Returned in clear, once."""
    password = _set_key(station, password)
    station.save(update_fields=["key_hash", "pending_key_hash", "key_changed_at"])
    _record(actor, "station.rekeyed", station)
    _told(station)
    return password


@transaction.atomic
def station_remove(station: ChargingStation, actor: Actor) -> None:
    """Remove a station that has no transactions. Raises ValidationError otherwise: history is kept."""
    if Transaction.objects.filter(station=station).exists():
        raise ValidationError("the station has transactions; it can be put out of service, but not removed")
    _record(actor, "station.removed", station)
    _told(station)
    station.delete()


@transaction.atomic
def station_watch(station: ChargingStation, actor: Actor, minutes: int) -> ChargingStation:
    """Log heartbeats too for so many minutes (0 ends it)."""
    station.watched_until = clock.now() + timedelta(minutes=minutes) if minutes else None
    station.save(update_fields=["watched_until"])
    _record(actor, "station.watched", station, minutes=minutes)
    _told(station)
    return station


def _set_key(station: ChargingStation, password: str | None) -> str:
    password = random_key() if password is None else password
    if not MIN_KEY <= len(password.encode()) <= MAX_KEY or not password.isprintable():
        raise ValidationError({"password": f"must have {MIN_KEY} to {MAX_KEY} printable characters"})
    station.key_hash = machine_key_hash(station.identity, password.encode())
    station.pending_key_hash = ""
    station.key_changed_at = clock.now()
    return password


def _check(station: ChargingStation) -> None:
    if station.site and station.site.organisation_id != station.organisation_id:
        raise ValidationError({"site": "no such site"})
    station.full_clean(exclude=["organisation"])


def _record(actor: Actor, action: str, station: ChargingStation, **detail: Any) -> None:
    audit.record(
        actor,
        action,
        organisation_id=station.organisation_id,
        subject=station.public_id,
        label=station.identity,
        **detail,
    )


def _told(station: ChargingStation) -> None:
    """Gateways forget what they knew of it, pages re-read it."""
    pk = station.pk
    transaction.on_commit(lambda: bus.forget_station(pk), robust=True)
    live.send_on_commit(station.organisation_id, stations=[station.public_id])
