"""Who owns a station's socket: epochs are taken, given up and cleaned up, never station ids."""

import os
import socket
import uuid
from dataclasses import dataclass
from datetime import timedelta

from django.db import transaction
from django.db.models import F, Q

from chargers.events import StationConnected, StationContested, StationDisconnected
from chargers.models import ChargingStation, GatewayInstance, StationConnection
from cpms.core import bus, clock, live
from cpms.core.events import publish

# A socket that was heard so recently is alive beyond doubt.
ALIVE = timedelta(seconds=10)
# A process that has not beaten for so long has lost its sockets.
INSTANCE_SILENCE = timedelta(seconds=10)


@dataclass(frozen=True, slots=True)
class Claim:
    """What a newly accepted socket is."""

    instance: uuid.UUID
    subprotocol: str
    remote_address: str
    security_profile: int


@transaction.atomic
def connection_claim(station_id: int, claim: Claim) -> int:
    """Take the next epoch for a new authenticated socket: from now on older sockets may not write. Returns it."""
    moment = clock.now()
    StationConnection.objects.filter(pk=station_id).update(
        epoch=F("epoch") + 1,
        instance=claim.instance,
        subprotocol=claim.subprotocol,
        remote_address=claim.remote_address[:60],
        security_profile=claim.security_profile,
        opened_at=moment,
        closed_at=None,
        close_code=None,
        last_seen_at=moment,
    )
    epoch = StationConnection.objects.values_list("epoch", flat=True).get(pk=station_id)
    station = ChargingStation.objects.only("pk", "public_id", "organisation_id").get(pk=station_id)
    publish(
        StationConnected(
            organisation_id=station.organisation_id, subject=station.public_id, occurred_at=moment,
            station=station.public_id, epoch=epoch,
        )
    )  # fmt: skip
    live.send_on_commit(station.organisation_id, stations=[station.public_id])
    transaction.on_commit(lambda: bus.replace_socket(station_id, epoch), robust=True)
    return epoch


def is_held_elsewhere(station_id: int, remote_address: str) -> bool:
    """Whether a socket from another address is open and was heard a moment ago."""
    alive = StationConnection.objects.filter(
        pk=station_id, opened_at__isnull=False, closed_at=None, last_seen_at__gte=clock.now() - ALIVE
    )
    return alive.exclude(remote_address=remote_address[:60]).exists()


@transaction.atomic
def connection_contested(station_id: int, remote_address: str) -> None:
    """Tell that somebody without credentials tried to take a live station's place."""
    station = ChargingStation.objects.only("pk", "public_id", "organisation_id").get(pk=station_id)
    publish(
        StationContested(
            organisation_id=station.organisation_id, subject=station.public_id, occurred_at=clock.now(),
            station=station.public_id, remote_address=remote_address[:60],
        )
    )  # fmt: skip


@transaction.atomic
def connection_close(station_id: int, epoch: int, code: int | None) -> bool:
    """Note that a socket is gone; does nothing when a newer one has taken over. Returns whether it was the newest."""
    mine = StationConnection.objects.filter(pk=station_id, epoch=epoch, closed_at=None)
    if not mine.update(closed_at=clock.now(), close_code=code):
        return False
    station = ChargingStation.objects.only("pk", "public_id", "organisation_id").get(pk=station_id)
    publish(
        StationDisconnected(
            organisation_id=station.organisation_id, subject=station.public_id, occurred_at=clock.now(),
            station=station.public_id, epoch=epoch, code=code,
        )
    )  # fmt: skip
    live.send_on_commit(station.organisation_id, stations=[station.public_id])
    return True


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
