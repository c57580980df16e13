"""Two sockets with one identity: the newest authenticated one wins, unless anybody could be the newcomer."""

from chargers.services.security.events import FLAPPING

from ..conversation.session import Session
from .address import BadHandshake
from .handshake import Admission
from .throttle import Flapping

# A socket that answered a ping (or sent anything) so recently is alive beyond doubt.
ALIVE_S = 10.0


class ContestLost(Exception):
    """The newcomer showed no credentials and the one it would displace is alive at another address."""


def contest(holder: Session | None, newcomer: Admission, now: float) -> None:
    """Raise `ContestLost` when a newcomer of security profile 0 may not displace the holder."""
    if holder is None or newcomer.security_profile > 0:
        return
    if holder.remote_address != newcomer.remote_address and _is_alive(holder, now):
        raise ContestLost


def _is_alive(holder: Session, now: float) -> bool:
    return not holder.closed and now - max(holder.heard_at, holder.ponged_at or 0.0) < ALIVE_S


def calm_down(holder: Session | None, flapping: Flapping, now: float) -> None:
    """Count a replacement of a living socket; too many of them in ten minutes are a contest, whoever is right (F29).

    Raises BadHandshake(429) for the newcomer then. A socket that has died is replaced at any time.
    """
    if holder is None or not _is_alive(holder, now):
        return
    station = holder.station
    if flapping.is_cooling_down(station.station_id, now):
        text = f"replaced {flapping.LIMIT} times in {flapping.WINDOW_S / 60:.0f} minutes"
        raise BadHandshake(429, "replaced too often", event=(station.station_id, FLAPPING, text))
    flapping.replaced(station.station_id, now)
