"""What one socket shows of its station's habits: deviations and learned facts, stored beside its messages.

Nothing a station waits for hangs on it: when the database is away, what was seen is seen again.
"""

import asyncio
import logging
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from chargers.choices import FactKind
from chargers.services.learned import facts as learned
from chargers.services.stations import report as stations_report
from cpms.core import clock

from ..storing.unit import DatabaseAway

if TYPE_CHECKING:
    from .session import Session

logger = logging.getLogger(__name__)
# A deviation that goes on is noted again after so long, so that "last seen" is true to the hour.
AGAIN_S = 3600.0


class Notebook:
    """The notes of one session. Everything here runs on the event loop and returns at once."""

    def __init__(self, session: "Session") -> None:
        self._session = session
        self._noted: dict[str, float] = {}
        self._facts: dict[str, str] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def quirks(self, codes: Iterable[str]) -> None:
        """Note deviations; each kind is stored when first seen on this socket, and once an hour while it goes on."""
        noted = {str(code) for code in codes}
        if not noted:
            return
        now = asyncio.get_running_loop().time()
        fresh = sorted(code for code in noted if now - self._noted.get(code, -AGAIN_S) >= AGAIN_S)
        if fresh:
            self._noted |= dict.fromkeys(fresh, now)
            self._write(stations_report.quirks_seen, self._session.station.station_id, fresh, clock.now())

    def fact(self, kind: FactKind, value: object, evidence: dict[str, Any]) -> None:
        """Note a fact; stored when it differs from what this socket noted before."""
        if self._facts.get(kind) != str(value):
            self._facts[kind] = str(value)
            self._write(
                learned.fact_learn, self._session.station.station_id, kind, value, evidence, clock.now()
            )

    def run(self, service: Callable[..., object], *arguments: object) -> None:
        """Have a service look at something, beside the messages."""
        self._write(service, *arguments)

    def _write(self, service: Callable[..., object], *arguments: object) -> None:
        task = asyncio.get_running_loop().create_task(self._written(service, *arguments))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _written(self, service: Callable[..., object], *arguments: object) -> None:
        session = self._session
        try:
            await session.runtime.threads.run(service, *arguments)
        except DatabaseAway:
            logger.info("a note about station %s is lost: database away", session.station.public_id)
        except Exception:
            logger.exception("a note about station %s failed", session.station.public_id)
        else:
            session.runtime.changed(session.station)
