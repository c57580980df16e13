"""Who owns a station's socket: epochs are taken, given up and cleaned up, never station ids."""

import os
import socket
import uuid
from collections.abc import Sequence
from dataclasses import astuple, dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.db import connection, transaction
from django.db.models import Q

from chargers.events import StationConnected, StationContested, StationDisconnected
from chargers.models import ChargingStation, GatewayInstance, StationConnection
from cpms.core import bus, clock, live
from cpms.core.events import publish, publish_all

from ..security.events import CONTESTED, event_noticed

# A socket that was heard so recently is alive beyond doubt.
ALIVE = timedelta(seconds=10)
# A process that has not beaten for so long has lost its sockets.
INSTANCE_SILENCE = timedelta(seconds=10)


# One statement for all sockets that come (or go) at the same moment. Rows that somebody else has locked are
# left out then: two batches that wait for each other's rows would be a deadlock.
_BUSY_LEFT_OUT = "SKIP LOCKED"
_CLAIM = """
WITH old AS (
    SELECT c.station_id, c.opened_at IS NOT NULL AND c.closed_at IS NULL AS is_open
    FROM chargers_stationconnection c WHERE c.station_id = ANY(%(station)s) FOR UPDATE {busy}
)
UPDATE chargers_stationconnection c SET epoch = c.epoch + 1, instance = r.instance, subprotocol = r.subprotocol,
    remote_address = left(r.remote_address, 60), security_profile = r.security_profile,
    opened_at = %(now)s, closed_at = NULL, close_code = NULL, last_seen_at = %(now)s
FROM unnest(%(station)s::bigint[], %(instance)s::uuid[], %(subprotocol)s::text[], %(remote_address)s::text[],
        %(security_profile)s::int[]) AS r(station_id, instance, subprotocol, remote_address, security_profile)
    JOIN old USING (station_id) JOIN chargers_chargingstation s ON s.id = r.station_id
WHERE c.station_id = r.station_id
RETURNING c.station_id, c.epoch, s.public_id, s.organisation_id, old.is_open
"""
_CLOSE = """
WITH mine AS (
    SELECT c.station_id, r.code FROM chargers_stationconnection c
    JOIN unnest(%(station)s::bigint[], %(epoch)s::bigint[], %(code)s::int[]) AS r(station_id, epoch, code)
        ON r.station_id = c.station_id AND r.epoch = c.epoch
    WHERE c.closed_at IS NULL FOR UPDATE OF c {busy}
)
UPDATE chargers_stationconnection c SET closed_at = %(now)s, close_code = mine.code
FROM mine JOIN chargers_chargingstation s ON s.id = mine.station_id WHERE c.station_id = mine.station_id
RETURNING c.station_id, c.epoch, c.close_code, s.public_id, s.organisation_id
"""


@dataclass(frozen=True, slots=True)
class Claim:
    """What a newly accepted socket is."""

    instance: uuid.UUID
    subprotocol: str
    remote_address: str
    security_profile: int


def connection_claim(station_id: int, claim: Claim) -> int:
    """Take the next epoch for a new authenticated socket: from now on older sockets may not write. Returns it."""
    return _claim({station_id: claim}, "")[station_id]


def connections_claim(claims: list[tuple[int, Claim]]) -> list[int | None]:
    """The same for many stations; None for one whose row is busy or that is there twice: ask again for it alone."""
    epochs = _claim(dict(reversed(claims)), _BUSY_LEFT_OUT)
    return [epochs.pop(station_id, None) for station_id, _ in claims]


@transaction.atomic
def _claim(claims: dict[int, Claim], busy: str) -> dict[int, int]:
    moment = clock.now()
    fields = [astuple(claim) for claim in claims.values()]
    columns = [list(column) for column in zip(*fields, strict=True)]
    names = ("instance", "subprotocol", "remote_address", "security_profile")
    values: dict[str, Any] = dict(zip(names, columns, strict=True))
    with connection.cursor() as cursor:
        cursor.execute(_CLAIM.format(busy=busy), values | {"station": list(claims), "now": moment})
        rows = cursor.fetchall()
    _announce([_connected(moment, *row) for *row, _ in rows])
    for station_id, epoch, _, _, was_open in rows:
        if was_open:
            transaction.on_commit(partial(bus.replace_socket, station_id, epoch), robust=True)
    return {station_id: epoch for station_id, epoch, *_ in rows}


def _connected(moment: datetime, _: int, epoch: int, station: str, organisation_id: int) -> StationConnected:
    return StationConnected(
        organisation_id=organisation_id, subject=station, occurred_at=moment, station=station, epoch=epoch
    )


def _announce(events: Sequence[StationConnected | StationDisconnected]) -> None:
    publish_all(events)
    for event in events:
        live.send_on_commit(event.organisation_id, stations=[event.station])


def is_held_elsewhere(station_id: int, remote_address: str) -> bool:
    """Whether a socket from another address is open and was heard a moment ago."""
    alive = StationConnection.objects.filter(
        pk=station_id, opened_at__isnull=False, closed_at=None, last_seen_at__gte=clock.now() - ALIVE
    )
    return alive.exclude(remote_address=remote_address[:60]).exists()


@transaction.atomic
def connection_contested(station_id: int, remote_address: str) -> None:
    """Tell that somebody without credentials tried to take a live station's place, if it is still there."""
    station = ChargingStation.objects.only("pk", "public_id", "organisation_id").filter(pk=station_id).first()
    if station is None:
        return
    publish(
        StationContested(
            organisation_id=station.organisation_id, subject=station.public_id, occurred_at=clock.now(),
            station=station.public_id, remote_address=remote_address[:60],
        )
    )  # fmt: skip
    event_noticed(station_id, CONTESTED, f"somebody at {remote_address[:60]} has tried to take its place")


def connection_close(station_id: int, epoch: int, code: int | None) -> bool:
    """Note that a socket is gone; does nothing when a newer one has taken over. Returns whether it was the newest."""
    return station_id in _close([(station_id, epoch, code)], "")


def connections_close(gone: list[tuple[int, int, int | None]]) -> list[bool]:
    """The same for many sockets (station, epoch, code); False also for a busy row: ask again for it alone."""
    closed = _close(gone, _BUSY_LEFT_OUT)
    return [closed.get(station_id) == epoch for station_id, epoch, _ in gone]


@transaction.atomic
def _close(gone: list[tuple[int, int, int | None]], busy: str) -> dict[int, int]:
    moment = clock.now()
    stations, epochs, codes = (list(column) for column in zip(*gone, strict=True))
    with connection.cursor() as cursor:
        cursor.execute(
            _CLOSE.format(busy=busy), {"station": stations, "epoch": epochs, "code": codes, "now": moment}
        )
        rows = cursor.fetchall()
    _announce([_disconnected(moment, *row) for row in rows])
    return {station_id: epoch for station_id, epoch, *_ in rows}


def _disconnected(
    moment: datetime, _: int, epoch: int, code: int | None, station: str, organisation_id: int
) -> StationDisconnected:
    return StationDisconnected(
        organisation_id=organisation_id, subject=station, occurred_at=moment,
        station=station, epoch=epoch, code=code,
    )  # fmt: skip


def instance_start() -> uuid.UUID:
    """Enter this process into the register of gateways."""
    key, moment = uuid.uuid4(), clock.now()
    GatewayInstance.objects.create(
        id=key, host=socket.gethostname()[:120], pid=os.getpid(), started_at=moment, beat_at=moment
    )
    return key


def instance_end(key: uuid.UUID) -> None:
    """Leave the register; the sockets still open in its name are closed."""
    _close_all(Q(instance=key))
    GatewayInstance.objects.filter(pk=key).delete()


def connections_sweep() -> int:
    """Close the connections of processes that no longer beat; how many."""
    silent = clock.now() - INSTANCE_SILENCE
    GatewayInstance.objects.filter(beat_at__lt=silent - timedelta(minutes=5)).delete()
    alive = GatewayInstance.objects.filter(beat_at__gte=silent).values("pk")
    return _close_all(~Q(instance__in=alive))


def _close_all(whose: Q) -> int:
    stale = StationConnection.objects.filter(whose, opened_at__isnull=False, closed_at=None)
    return sum(connection_close(pk, epoch, None) for pk, epoch in list(stale.values_list("pk", "epoch")))
