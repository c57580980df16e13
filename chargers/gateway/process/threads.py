"""Services of the frame path run in threads of their own, each with its own database connection."""

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, ParamSpec, TypeVar

from django.conf import settings
from django.db import InterfaceError, OperationalError, connection

from cpms.core import condition

from ..storing.unit import DatabaseAway

logger = logging.getLogger(__name__)
P = ParamSpec("P")
T = TypeVar("T")
# Deadlock, serialization failure, lock time-out: tried again, then given up (SQLSTATE).
_PASSING = {"40P01", "40001", "55P03"}
_TRIES = 3
PAUSE_S = 1.0
# When no call has ended for so long, whoever waits for a thread is sent away.
HELD_UP_S = 2.0


class Threads:
    """A pool of threads for synchronous services. Raises `DatabaseAway` when PostgreSQL cannot be reached."""

    def __init__(self) -> None:
        count = _thread_count()
        self._pool = ThreadPoolExecutor(count, thread_name_prefix="service")
        self._free = asyncio.Semaphore(count)
        self._ended_at = self._away_until = self._reached_at = 0.0

    async def run(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a service and wait for it without holding up anybody else."""
        loop = asyncio.get_running_loop()
        if loop.time() < self._away_until:
            # Waiting for a connection takes seconds: a storm of handshakes would wait in line for its refusals.
            raise DatabaseAway("tried a moment ago")
        await self._take_thread()
        begun = loop.time()
        try:
            done = await loop.run_in_executor(self._pool, lambda: _guarded(lambda: function(*args, **kwargs)))
            self._reached_at = loop.time()
            return done
        except DatabaseAway as away:
            # One that began in an outage may fail when others have found the database again.
            if away.unreachable and self._reached_at < begun:
                self._away_until = loop.time() + PAUSE_S
            raise
        finally:
            self._free.release()
            self._ended_at = loop.time()

    async def _take_thread(self) -> None:
        """Wait in line while the line moves. Raises `DatabaseAway` when all threads are held up by locks."""
        loop = asyncio.get_running_loop()
        while self._free.locked():
            try:
                async with asyncio.timeout(HELD_UP_S):
                    await self._free.acquire()
                    break
            except TimeoutError:
                if loop.time() - self._ended_at >= HELD_UP_S:
                    condition.trouble("services", "every thread waits for the database")
                    raise DatabaseAway("every thread is held up") from None
        else:
            await self._free.acquire()
        condition.recovered("services")

    def close(self) -> None:
        """End the threads once their work is done."""
        self._pool.shutdown(wait=False, cancel_futures=True)


def _thread_count() -> int:
    """Each thread keeps a connection of the process's pool; one is left for the readiness check."""
    database: dict[str, Any] = settings.DATABASES["default"]
    pool = database["OPTIONS"]["pool"]
    return max(1, min(settings.OCPP["THREADS"], pool["max_size"] - 1))


def _guarded(work: Callable[[], T]) -> T:
    for attempt in range(1, _TRIES + 1):
        try:
            return work()
        except (OperationalError, InterfaceError) as error:
            again = _is_passing(error) or (attempt == 1 and _was_lost())
            connection.close()
            if attempt == _TRIES or not again:
                raise DatabaseAway(type(error).__name__, unreachable=_sqlstate(error) is None) from error
    raise AssertionError("unreachable")


def _is_passing(error: Exception) -> bool:
    return _sqlstate(error) in _PASSING


def _sqlstate(error: Exception) -> str | None:
    """The server's own word for it; None when no server said anything."""
    return getattr(error.__cause__, "sqlstate", None)


def _was_lost() -> bool:
    """Whether the thread's connection had died, perhaps long ago: services may be run again, another one may live."""
    raw = connection.connection
    return raw is not None and raw.closed
