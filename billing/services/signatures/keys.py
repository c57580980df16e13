"""Keys of meters: added and confirmed by people, ended, never changed otherwise."""

from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from billing.models import MeterKey
from billing.ocmf import PublicKey, Unreadable, read_key
from billing.ocmf.curves import algorithm as read_algorithm
from chargers.models import ChargingStation
from cpms.core import audit, clock
from cpms.core.actors import Actor

from .offers import fingerprint, open_keys
from .records import station_verify

_SHORTEST_POINT = 25


class KeyKnown(ValidationError):
    """The station has this key already."""


@transaction.atomic
def key_add(station: ChargingStation, actor: Actor, **facts: Any) -> MeterKey:
    """Add a key that somebody vouches for: `public_key`, `source`, and what else a MeterKey has.

    Raises `ValidationError` by field, `KeyKnown`.
    """
    row = MeterKey(organisation_id=station.organisation_id, station=station, **facts)
    row.fingerprint = fingerprint(_checked(row))
    offered = open_keys(station).filter(evse_no=row.evse_no, fingerprint=row.fingerprint).first()
    if offered is not None and offered.is_confirmed:
        raise KeyKnown({"public_key": ["is known for this place already"]})
    if offered is not None:
        offered.delete()
    row.confirmed_by, row.confirmed_at = str(actor.label)[:160], clock.now()
    row.save()
    _told(row, actor, "meter_key.added")
    return row


@transaction.atomic
def key_confirm(key: MeterKey, actor: Actor) -> MeterKey:
    """Vouch for a key that a station offered; a second time changes nothing."""
    key = MeterKey.objects.select_for_update(of=("self",)).select_related("station").get(pk=key.pk)
    if not key.is_confirmed:
        key.confirmed_by, key.confirmed_at = str(actor.label)[:160], clock.now()
        key.save(update_fields=["confirmed_by", "confirmed_at"])
        _told(key, actor, "meter_key.confirmed")
    return key


@transaction.atomic
def key_end(key: MeterKey, actor: Actor, at: datetime | None = None) -> MeterKey:
    """Let a key count no more from an instant on, as when the meter is replaced. Raises `ValidationError`."""
    at = at or clock.now()
    key = MeterKey.objects.select_for_update(of=("self",)).select_related("station").get(pk=key.pk)
    if key.valid_to is not None and key.valid_to <= at:
        return key
    if key.valid_from is not None and at < key.valid_from:
        raise ValidationError({"at": ["is before the key began to count"]})
    key.valid_to = at
    key.save(update_fields=["valid_to"])
    _told(key, actor, "meter_key.ended")
    return key


def _checked(row: MeterKey) -> PublicKey:
    """The key, if it can be one of its algorithm. Raises `ValidationError`."""
    problems: dict[str, list[str]] = {}
    try:
        key = read_key(row.public_key)
        if len(key.material) < _SHORTEST_POINT:
            problems["public_key"] = ["is too short for a point of a curve"]
    except Unreadable as error:
        raise ValidationError({"public_key": [str(error)]}) from None
    try:
        if row.algorithm:
            key.point_on(read_algorithm(row.algorithm).curve)
    except Unreadable as error:
        problems["algorithm"] = [str(error)]
    if row.valid_from is not None and row.valid_to is not None and row.valid_to <= row.valid_from:
        problems["valid_to"] = ["is not after the begin"]
    if problems:
        raise ValidationError(problems)
    return key


def _told(key: MeterKey, actor: Actor, verb: str) -> None:
    """Into the audit trail; with the commit, what the station signed is judged anew."""
    audit.record(
        actor, verb, organisation_id=key.organisation_id, subject=key.public_id,
        label=key.station.identity, fingerprint=key.fingerprint, source=key.source,
    )  # fmt: skip
    transaction.on_commit(lambda: station_verify(key.station))
