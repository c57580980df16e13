"""Refused handshakes of our stations: why, counted, bounded. Nothing outside ever learns the reason."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.models import F

from chargers.choices import RefusalReason
from chargers.models import ChargingStation, RefusedHandshake, StationConnection
from cpms.core import clock

# So many rows a station; what comes from further addresses is counted without its address.
MOST_ROWS = 20
KEPT = timedelta(days=7)


@dataclass(slots=True)
class Attempt:
    """Refused handshakes of one identity, address and reason, with what they showed; texts cut to length.

    `key_hashes` are what the password hashes to under the identity, first as it came, then without blanks around it.
    """

    identity: str
    remote_address: str
    reason: RefusalReason
    detail: str
    subprotocols: str
    user_agent: str
    last_at: datetime
    user_is_identity: bool = True
    key_hashes: tuple[str, ...] = ()
    count: int = 1

    @property
    def key(self) -> tuple[str, ...]:
        """What is counted together."""
        shown = (str(self.user_is_identity), *self.key_hashes)
        return (self.identity, self.remote_address, str(self.reason), self.detail, *shown)


@transaction.atomic
def refusals_store(attempts: Sequence[Attempt]) -> None:
    """Count attempts of stations that are ours; identities nobody registered are the inbox's matter."""
    names = {attempt.identity for attempt in attempts}
    stations = {row.identity: row for row in ChargingStation.objects.filter(identity__in=names)}
    if not stations:
        return
    rows = RefusedHandshake.objects.filter(station__in=[s.pk for s in stations.values()])
    kept = Counter(rows.values_list("station_id", flat=True))
    for attempt in attempts:
        station = stations.get(attempt.identity)
        if station is not None:
            kept[station.pk] += _store(station, attempt, kept[station.pk] < MOST_ROWS)


def _store(station: ChargingStation, attempt: Attempt, has_room: bool) -> bool:
    """Count one; whether that took a new row."""
    address = attempt.remote_address[:60]
    key = {"station": station, "reason": reason_of(attempt, station), "detail": attempt.detail}
    seen = {
        "last_at": attempt.last_at,
        "subprotocols": attempt.subprotocols,
        "user_agent": attempt.user_agent,
    }
    known = RefusedHandshake.objects.filter(**key, remote_address=address)
    if known.update(count=F("count") + attempt.count, **seen):
        return False
    if not has_room:
        key["detail"], address = "", ""
    fresh = {"identity": station.identity, "first_at": attempt.last_at, "count": 0, **seen}
    row, is_new = RefusedHandshake.objects.get_or_create(**key, remote_address=address, defaults=fresh)
    RefusedHandshake.objects.filter(pk=row.pk).update(count=F("count") + attempt.count, **seen)
    return is_new


def reason_of(attempt: Attempt, station: ChargingStation) -> RefusalReason:
    """What exactly was wrong with the credentials, as far as our hashes can tell."""
    if attempt.reason != RefusalReason.WRONG_PASSWORD or not attempt.key_hashes:
        return attempt.reason
    right = {hashed for hashed in (station.key_hash, station.pending_key_hash) if hashed}
    if attempt.key_hashes[0] in right:
        return RefusalReason.WRONG_USER
    if right & set(attempt.key_hashes):
        return RefusalReason.PADDED_PASSWORD
    if station.former_key_hash and station.former_key_hash in attempt.key_hashes:
        return RefusalReason.OLD_PASSWORD
    return RefusalReason.WRONG_PASSWORD


def first_pongs(epochs: Mapping[int, int]) -> None:
    """These sockets (station to epoch) have answered a ping."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {StationConnection._meta.db_table} c SET pong_epoch = r.epoch, pong_at = %s "  # noqa: S608
            "FROM unnest(%s::bigint[], %s::bigint[]) AS r(station_id, epoch) WHERE c.station_id = r.station_id",
            [clock.now(), list(epochs), list(epochs.values())],
        )


def refusals_forget() -> int:
    """Delete what is older than a week; how many rows."""
    return RefusedHandshake.objects.filter(last_at__lt=clock.now() - KEPT).delete()[0]
