"""What one gateway process runs besides its sockets. Started with the first connection, ended with the process."""

import asyncio
import contextlib
import logging
import uuid
from collections.abc import Coroutine
from typing import Any

from django.conf import settings
from django.db import connections

from chargers.services.stations.connections import instance_end, instance_start
from cpms.core import clock, live

from ..admission import capacity
from ..admission.diary import Diary
from ..admission.facts import StationFacts
from ..admission.throttle import FailedPasswords, Flapping, TokenBucket
from ..storing.unit import DatabaseAway
from ..storing.writer import Writer
from . import watchdog
from .changes import Changes
from .liveness import Liveness
from .mailbox import Mailbox
from .ownership import Ownership
from .registry import Registry
from .threads import Threads

logger = logging.getLogger(__name__)
CLOSE_S = 2.0


class Runtime:
    """Writer, threads, mailbox and registry of one process (of one event loop)."""

    def __init__(self) -> None:
        self.writer = Writer(_dsn())
        self.threads = Threads()
        self.ownership = Ownership(self.threads)
        self.sessions = Registry()
        self.changes = Changes()
        self.failures = FailedPasswords()
        self.flapping = Flapping()
        self.diary = Diary(self.threads)
        self.capacity = capacity.Capacity()
        self.accepting = TokenBucket(settings.OCPP["ACCEPT_RATE"], settings.OCPP["ACCEPT_RATE"])
        self.instance = uuid.UUID(int=0)
        self._mailbox = Mailbox(self)
        self._liveness = Liveness(self)
        self._registered = asyncio.Lock()
        self._tasks: list[asyncio.Task[None]] = []

    def start(self) -> None:
        """Begin the background work."""
        capacity.raise_file_limit()
        live.use_transport(self.changes.from_thread)
        mail, settle = self._mailbox, self.ownership.settle
        jobs = (
            self.writer.run,
            self.changes.run,
            mail.listen,
            mail.sweep,
            settle,
            self.diary.run,
            self._tick,
        )
        self._tasks = [asyncio.create_task(self._forever(job())) for job in jobs]
        self._tasks.append(asyncio.create_task(watchdog.watch(settings.OCPP["WATCHDOG"])))

    async def _forever(self, job: Coroutine[Any, Any, None]) -> None:
        try:
            await job
        except Exception:
            # A gateway without its writer or mailbox is no gateway: end, and be started anew.
            logger.exception("background work failed; the process ends")
            asyncio.get_running_loop().call_soon(_exit)

    async def register(self) -> None:
        """Enter the register of gateways, once, before the first socket is accepted. Raises `DatabaseAway`."""
        async with self._registered:
            if not self.instance.int:
                self.instance = await self.threads.run(instance_start)

    async def _tick(self) -> None:
        while True:
            await asyncio.sleep(1)
            if self.instance.int:
                self.writer.flush_touches(str(self.instance), clock.now())
            await self._liveness.check()

    def changed(self, station: StationFacts) -> None:
        """Let open pages re-read a station soon."""
        self.changes.station(station.organisation_id, station.public_id)

    async def stop(self) -> None:
        """Store what is waiting, give the sockets up in the register, end the background work."""
        self.writer.close()
        with contextlib.suppress(asyncio.TimeoutError):
            await asyncio.wait_for(asyncio.shield(self._tasks[0]), CLOSE_S)
        if self.instance.int:
            with contextlib.suppress(DatabaseAway, asyncio.TimeoutError):
                await asyncio.wait_for(self.threads.run(instance_end, self.instance), CLOSE_S)
        for task in self._tasks:
            task.cancel()
        self.threads.close()


def _exit() -> None:
    raise SystemExit(1)


def _dsn() -> dict[str, Any]:
    """The writer's own connection, with Django's settings but outside its pool."""
    database = connections["default"].settings_dict
    return {
        "dbname": database["NAME"],
        "user": database["USER"],
        "password": database["PASSWORD"],
        "host": database["HOST"],
        "port": database["PORT"],
        "connect_timeout": 3,
        # All stations wait behind the writer: it does not wait for a row that somebody holds.
        "options": "-c statement_timeout=5000 -c lock_timeout=250 -c timezone=UTC",
    }


_runtimes: dict[asyncio.AbstractEventLoop, Runtime] = {}


def current() -> Runtime:
    """The runtime of the running event loop, started on first use (not every ASGI server has a lifespan)."""
    loop = asyncio.get_running_loop()
    if loop not in _runtimes:
        _runtimes[loop] = Runtime()
        _runtimes[loop].start()
    return _runtimes[loop]


async def stop_current() -> None:
    """End the runtime of the running event loop, if there is one."""
    runtime = _runtimes.pop(asyncio.get_running_loop(), None)
    if runtime is not None:
        await runtime.stop()
