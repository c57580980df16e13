"""Registering stations, changing them, giving them keys."""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import ProtectedError

from chargers.choices import SecurityProfile
from chargers.models import ChargingStation, Site, StationConnection, Transaction, UnknownStation
from cpms.accounts.models import Organisation
from cpms.core import audit, bus, clock, live
from cpms.core.actors import Actor
from cpms.core.secrets import machine_key_hash, random_key

from ..changes import apply_changes

FIELDS = ("name", "site", "notes", "strict", "open_until")
MIN_KEY, MAX_KEY = 16, 64
TAKEN = "is taken by another station"


def station_draft(
    organisation: Organisation,
    identity: str,
    *,
    name: str = "",
    site: Site | None = None,
    password: str | None = None,
    notes: str = "",
) -> tuple[ChargingStation, str]:
    """A station not yet stored, and its password in clear. Raises ValidationError naming the field.

    Whether the identity is taken is for whoever stores it to see.
    """
    station = ChargingStation(organisation=organisation, identity=identity, name=name, site=site, notes=notes)
    station.security_profile_floor = settings.STATION_SECURITY_PROFILE
    password = _set_key(station, password)
    _check_site(station)
    station.clean_fields(exclude=["organisation", "site"])
    return station, password


@transaction.atomic
def station_register(
    organisation: Organisation, identity: str, actor: Actor, **fields: Any
) -> tuple[ChargingStation, str]:
    """A new station and its password in clear, which is never shown again; fields as in `station_draft`.

    Raises ValidationError naming the field.
    """
    station, password = station_draft(organisation, identity, **fields)
    if ChargingStation.objects.filter(identity=identity).exists():
        raise ValidationError({"identity": TAKEN})
    stations_store([station], actor)
    return station, password


@transaction.atomic
def stations_store(stations: list[ChargingStation], actor: Actor) -> None:
    """Store drafts of one organisation. Raises IntegrityError when an identity is taken."""
    ChargingStation.objects.bulk_create(stations)
    StationConnection.objects.bulk_create(StationConnection(station=station) for station in stations)
    # They are not unknown any more; what they sent in vain is history.
    UnknownStation.objects.filter(identity__in=[s.identity for s in stations]).delete()
    for station in stations:
        _record(actor, "station.registered", station)
    if stations:
        live.send_on_commit(stations[0].organisation_id, stations=[s.public_id for s in stations])


@transaction.atomic
def station_update(station: ChargingStation, actor: Actor, **fields: Any) -> ChargingStation:
    """Change what the operator may change. Raises ValidationError naming the field."""
    before = apply_changes(station, fields, FIELDS)
    if fields.get("open_until") and station.security_profile_floor > SecurityProfile.BASIC:
        raise ValidationError(
            {"open_until": "only a station of security profile 1 may come without a password"}
        )
    _check(station)
    # Not the whole row: the station reports into other columns of it meanwhile.
    station.save(update_fields=list(fields))
    _record(actor, "station.changed", station, before=before)
    _told(station)
    return station


@transaction.atomic
def station_rekey(station: ChargingStation, actor: Actor, password: str | None = None) -> str:
    """A new password, valid at once; the old one opens nothing any more. Returned in clear, once."""
    password = _set_key(station, password)
    station.save(update_fields=["key_hash", "pending_key_hash", "former_key_hash", "key_changed_at"])
    _record(actor, "station.rekeyed", station)
    _told(station)
    return password


@transaction.atomic
def station_remove(station: ChargingStation, actor: Actor) -> None:
    """Remove a station that has no transactions and no place in the books. Raises ValidationError otherwise."""
    if Transaction.objects.filter(station=station).exists():
        raise ValidationError("the station has transactions; it can be put out of service, but not removed")
    _record(actor, "station.removed", station)
    _told(station)
    try:
        station.delete()
    except ProtectedError:
        raise ValidationError(
            "the books name this station; it can be put out of service, but not removed"
        ) from None


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
    station.former_key_hash = station.key_hash
    station.key_hash = machine_key_hash(station.identity, password.encode())
    station.pending_key_hash = ""
    station.key_changed_at = clock.now()
    return password


def _check(station: ChargingStation) -> None:
    _check_site(station)
    station.full_clean(exclude=["organisation"])


def _check_site(station: ChargingStation) -> None:
    if station.site and station.site.organisation_id != station.organisation_id:
        raise ValidationError({"site": "no such site"})


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
