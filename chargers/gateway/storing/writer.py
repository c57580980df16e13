"""The batched writer: one task, one connection; the running COMMIT is the timer.

Whatever arrived while the last batch was being committed is the next batch. Answers are released after the
COMMIT. A row that the database refuses is found by halving and does not fail its neighbours.
"""

import asyncio
import contextlib
import logging
from collections import deque
from datetime import datetime
from typing import Any

import psycopg
from psycopg import AsyncConnection

from chargers.services.source import Fenced

from . import statement, touches
from .columns import register
from .unit import DatabaseAway, Refused, Unit

logger = logging.getLogger(__name__)
MAX_BATCH = 500
MAX_WAITING = 4000
RECONNECT_S = 0.5
# Deadlock, serialization failure, lock time-out, statement time-out (SQLSTATE).
_BUSY = {"40P01", "40001", "55P03", "57014"}


class Writer:
    """Stores units in order. `dsn` as for psycopg; one instance a process."""

    def __init__(self, dsn: dict[str, Any]) -> None:
        self._dsn = dsn
        self._units: deque[Unit] = deque()
        self._touched: dict[int, touches.Touch] = {}
        self._work = asyncio.Event()
        self._room = asyncio.Event()
        self._room.set()
        self._connection: AsyncConnection[Any] | None = None
        self._beat: tuple[str, datetime] | None = None
        self._closing = False
        self.away = False

    async def store(self, unit: Unit) -> None:
        """Wait until the unit is committed. Raises `Fenced`, `Refused` or `DatabaseAway`."""
        if not self._room.is_set():
            await self._room.wait()
        unit.done = asyncio.get_running_loop().create_future()
        self._units.append(unit)
        self._work.set()
        if len(self._units) >= MAX_WAITING:
            self._room.clear()
        await unit.done

    def touch(self, station_id: int, touch: touches.Touch) -> None:
        """Remember that a station was heard; stored with the next `flush_touches`."""
        old = self._touched.get(station_id)
        self._touched[station_id] = touch.after(old) if old else touch

    def forget(self, station_id: int, epoch: int) -> None:
        """The socket is gone: nothing that was heard over it may be stored after its close."""
        touch = self._touched.get(station_id)
        if touch is not None and touch.epoch == epoch:
            del self._touched[station_id]

    async def run(self) -> None:
        """Work until `close`; survives the database going away and coming back."""
        while not (self._closing and not self._units):
            await self._work.wait()
            self._work.clear()
            while self._units:
                await self._flush(self._take())
                await self._flush_touches()
            await self._flush_touches()
        await self._hang_up()

    def close(self) -> None:
        """Store what is waiting, then end `run`."""
        self._closing = True
        self._work.set()

    def _take(self) -> list[Unit]:
        units = [self._units.popleft() for _ in range(min(MAX_BATCH, len(self._units)))]
        if len(self._units) < MAX_WAITING // 2:
            self._room.set()
        return units

    async def _flush(self, units: list[Unit]) -> None:
        try:
            newest = await self._execute(units)
        except (psycopg.OperationalError, psycopg.InterfaceError, OSError) as error:
            await (self._halve if _is_busy(error) else self._lost)(units, error)
        except Exception as error:
            # Also what cannot be put into the database's formats: one station must not end the process.
            await self._halve(units, error)
        else:
            self._release(units, newest)

    async def _execute(self, units: list[Unit]) -> set[tuple[int, int]]:
        connection = await self._connected()
        cursor = await connection.execute(statement.SQL, statement.parameters(units), prepare=True)
        return {(station_id, epoch) for station_id, epoch in await cursor.fetchall()}

    async def _connected(self) -> AsyncConnection[Any]:
        if self._connection is None or self._connection.closed:
            self._connection = await AsyncConnection.connect(**self._dsn, autocommit=True)
            register(self._connection)
            await self._connection.execute("SET plan_cache_mode = force_generic_plan")
            self.away = False
        return self._connection

    def _release(self, units: list[Unit], newest: set[tuple[int, int]]) -> None:
        for unit in units:
            _settle(unit, None if unit.key in newest else Fenced(f"epoch {unit.epoch} is over"))

    async def _halve(self, units: list[Unit], error: Exception) -> None:
        if len(units) == 1:
            # The error's text may quote what a charger sent: only its class is logged.
            logger.error("a message of station %s was refused: %s", units[0].station_id, type(error).__name__)
            refused = DatabaseAway if _is_busy(error) else Refused
            _settle(units[0], refused(type(error).__name__))
            return
        middle = len(units) // 2
        await self._flush(units[:middle])
        await self._flush(units[middle:])

    async def _lost(self, units: list[Unit], error: Exception) -> None:
        """Nothing of the batch is known to be stored: every socket concerned hangs up."""
        logger.warning("database away: %s", type(error).__name__)
        self.away = True
        for unit in [*units, *self._units]:
            _settle(unit, DatabaseAway(type(error).__name__))
        self._units.clear()
        self._room.set()
        await self._hang_up()
        await asyncio.sleep(RECONNECT_S)

    async def _hang_up(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            with contextlib.suppress(Exception):
                await connection.close()

    def flush_touches(self, instance: str, now: datetime) -> None:
        """Soon store who was heard since the last time, and that this process lives."""
        self._beat = (instance, now)
        self._work.set()

    async def _flush_touches(self) -> None:
        if self._beat is None:
            return
        (instance, now), self._beat = self._beat, None
        touched, self._touched = self._touched, {}
        try:
            await touches.store(await self._connected(), instance, now, touched)
        except (psycopg.Error, OSError) as error:
            logger.warning("last-seen times not stored yet: %s", type(error).__name__)
            self._keep(touched)
            await self._hang_up()

    def _keep(self, touched: dict[int, touches.Touch]) -> None:
        for station_id, touch in touched.items():
            newer = self._touched.get(station_id)
            self._touched[station_id] = newer.after(touch) if newer else touch


def _is_busy(error: Exception) -> bool:
    """Whether the database works, but somebody holds a row for too long: only that row's station comes again."""
    return getattr(error, "sqlstate", None) in _BUSY


def _settle(unit: Unit, error: Exception | None) -> None:
    done = unit.done
    if done is None or done.done():
        return
    if error is None:
        done.set_result(None)
    else:
        done.set_exception(error)
