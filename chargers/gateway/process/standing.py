"""What every open socket rests on: its epoch, the station's key, an exception that has not ended."""

from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from cpms.core import clock

from ..closing import CloseReason
from ..conversation.session import Session

_STANDING = """
SELECT s.id, c.epoch, s.key_hash, s.strict, s.registration, s.open_until, s.watched_until,
    COALESCE(s.reconnect_wanted_at > c.opened_at, false)
FROM chargers_chargingstation s JOIN chargers_stationconnection c ON c.station_id = s.id WHERE s.id = ANY(%s)
"""


@dataclass(frozen=True, slots=True)
class Standing:
    """What may end a socket, or change how it is served, while it is open."""

    epoch: int
    key_hash: str
    strict: bool
    registration: str
    open_until: datetime | None
    watched_until: datetime | None
    shall_reconnect: bool


def standings(station_ids: list[int]) -> dict[int, Standing]:
    """How these stations stand now; those that were removed are missing."""
    with connection.cursor() as cursor:
        cursor.execute(_STANDING, [station_ids])
        return {station_id: Standing(*rest) for station_id, *rest in cursor.fetchall()}


def reason_to_close(session: Session, standing: Standing | None) -> CloseReason | None:
    """Why a socket may not stay; None when it may."""
    if standing is None or standing.key_hash != session.station.key_hash:
        return CloseReason.REVOKED
    if standing.epoch > session.epoch:
        return CloseReason.REPLACED
    if standing.shall_reconnect:
        return CloseReason.RECONNECT
    excepted = standing.open_until is not None and standing.open_until > clock.now()
    return CloseReason.REVOKED if session.security_profile == 0 and not excepted else None
