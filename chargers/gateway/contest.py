"""Two sockets with one identity: the newest authenticated one wins, unless anybody could be the newcomer."""

from .handshake import Admission
from .session import Session

# A socket that answered a ping (or sent anything) so recently is alive beyond doubt.
ALIVE_S = 10.0


class ContestLost(Exception):
    """The newcomer showed no credentials and the one it would displace is alive at another address."""


def contest(holder: Session | None, newcomer: Admission, now: float) -> None:
    """Raise `ContestLost` when a newcomer of security profile 0 may not displace the holder."""
    if holder is None or newcomer.security_profile > 0:
        return
    last_sign = max(holder.heard_at, holder.ponged_at or 0.0)
    if holder.remote_address != newcomer.remote_address and now - last_sign < ALIVE_S:
        raise ContestLost
