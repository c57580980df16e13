"""Which sockets are still alive: pings for stations that answer them, long silence for those that do not."""

import asyncio
from typing import TYPE_CHECKING

from django.conf import settings

from .closing import CloseReason
from .session import Session

if TYPE_CHECKING:
    from .runtime import Runtime

# Heartbeat intervals of silence after which a socket is taken for dead.
SILENT_HEARTBEATS = 3
MISSED_PONGS = 2


class Liveness:
    """Looks at every session each second."""

    def __init__(self, runtime: "Runtime") -> None:
        self.runtime = runtime

    async def check(self) -> None:
        """Ping who is due, close who is dead, wake who may be asked by now."""
        now = asyncio.get_running_loop().time()
        for session in self.runtime.sessions:
            if self._is_dead(session, now):
                await session.close(CloseReason.GONE_SILENT)
            elif session.socket.ping is not None and self._is_due(session, now):
                session.pinged_at = now
                session.socket.ping()

    def _is_due(self, session: Session, now: float) -> bool:
        interval = settings.OCPP["PING_INTERVAL"]
        return bool(interval) and now - max(session.pinged_at, session.opened_at) >= interval

    def _is_dead(self, session: Session, now: float) -> bool:
        """Any frame counts as alive. Missing pongs only count against a station that has answered pings before."""
        silence = now - max(session.heard_at, session.ponged_at or 0.0)
        if session.ponged_at is not None and settings.OCPP["PING_INTERVAL"]:
            return silence > MISSED_PONGS * settings.OCPP["PING_INTERVAL"] + settings.OCPP["CLOSE_TIMEOUT"]
        return silence > SILENT_HEARTBEATS * settings.OCPP["HEARTBEAT_INTERVAL"]
