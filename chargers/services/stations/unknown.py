"""Stations that call and are not ours: remembered, adopted or blocked."""

from dataclasses import dataclass

from django.db import transaction
from django.db.models import F

from chargers.choices import UnknownState
from chargers.models import ChargingStation, Site, UnknownStation
from cpms.accounts.models import Organisation
from cpms.core import audit, clock
from cpms.core.actors import Actor
from cpms.core.secrets import machine_key_hash

from .registration import station_register

# A flood of invented identities must not fill the table.
MAX_REMEMBERED = 10_000


@dataclass(frozen=True, slots=True)
class Knock:
    """What an unknown identity showed in its handshake, already cut to length."""

    identity: str
    remote_address: str
    path: str
    subprotocols: str
    user_agent: str
    key: bytes | None


def knocked(knock: Knock) -> None:
    """Remember the attempt; nothing else is created for it."""
    moment = clock.now()
    seen = {
        "last_seen_at": moment,
        "remote_address": knock.remote_address[:60],
        "path": knock.path[:255],
        "subprotocols": knock.subprotocols[:255],
        "user_agent": knock.user_agent[:255],
        "offered_key_hash": machine_key_hash(knock.identity, knock.key) if knock.key else "",
    }
    known = UnknownStation.objects.filter(identity=knock.identity)
    if known.update(attempts=F("attempts") + 1, **seen) or UnknownStation.objects.count() >= MAX_REMEMBERED:
        return
    # Its next attempt may be noted at the same moment: whoever comes second counts, too.
    UnknownStation.objects.get_or_create(
        identity=knock.identity, defaults={"first_seen_at": moment, "attempts": 0, **seen}
    )
    known.update(attempts=F("attempts") + 1)


@transaction.atomic
def unknown_adopt(
    unknown: UnknownStation, organisation: Organisation, actor: Actor, site: Site | None = None
) -> tuple[ChargingStation, str | None]:
    """Make it ours. When it offered a key, that key stays valid (password None); else a new one is returned, once."""
    offered = unknown.offered_key_hash
    station, password = station_register(organisation, unknown.identity, actor, site=site)
    if offered:
        station.key_hash = offered
        station.save(update_fields=["key_hash"])
    audit.record(
        actor, "station.adopted", organisation_id=organisation.pk, subject=station.public_id,
        label=station.identity, remote_address=unknown.remote_address, attempts=unknown.attempts,
    )  # fmt: skip
    return station, None if offered else password


@transaction.atomic
def unknown_block(unknown: UnknownStation, organisation: Organisation, actor: Actor) -> UnknownStation:
    """Keep it out of the way: it stays refused and leaves the inbox."""
    unknown.state = UnknownState.BLOCKED
    unknown.save(update_fields=["state"])
    audit.record(
        actor, "unknown_station.blocked", organisation_id=organisation.pk, subject=unknown.public_id,
        label=unknown.identity,
    )  # fmt: skip
    return unknown
