"""Which sockets are still alive: pings for stations that answer them, long silence for those that do not."""

import asyncio
from typing import TYPE_CHECKING

from django.conf import settings

from chargers.choices import FactKind, Quirk
from chargers.services.learned import answers as learned_answers

from ..closing import CloseReason
from ..conversation.rhythm import patience_s
from ..conversation.session import Session

if TYPE_CHECKING:
    from .runtime import Runtime

# After so many pings without any pong, pings are left out.
UNANSWERED_PINGS = 4


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
                self._ping(session, now)
            if self._is_to_be_asked(session, now):
                session.boot_asked = True
                session.notebook.run(learned_answers.boot_ask, session.station.station_id)

    def _ping(self, session: Session, now: float) -> None:
        """Ping, unless it never answered one: that is remembered, and not tried again on this socket."""
        if session.ponged_at is None and session.missed_pongs >= UNANSWERED_PINGS:
            return
        session.pinged_at = now
        session.missed_pongs += 1
        assert session.socket.ping is not None
        session.socket.ping()
        if session.missed_pongs == UNANSWERED_PINGS and session.ponged_at is None:
            session.notebook.quirks([Quirk.NO_PONG])
            session.notebook.fact(FactKind.PINGS, "ignored", {"pings": UNANSWERED_PINGS})

    def _is_to_be_asked(self, session: Session, now: float) -> bool:
        """Whether a station of which nothing is known has kept its boot to itself for long enough."""
        waiting = not (session.booted or session.boot_asked or session.station.has_booted)
        return waiting and session.may_be_asked(now)

    def _is_due(self, session: Session, now: float) -> bool:
        interval = settings.OCPP["PING_INTERVAL"]
        return bool(interval) and now - max(session.pinged_at, session.opened_at) >= interval

    def _is_dead(self, session: Session, now: float) -> bool:
        """Any frame counts as alive. Missing pongs only count against a station that has answered pings before."""
        silence = now - max(session.heard_at, session.ponged_at or 0.0)
        return silence > patience_s(session.ponged_at is not None)
