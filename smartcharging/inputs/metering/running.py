"""Reading all meters of all sites: one task each, begun again with growing pauses.

A second process that does the same reads everything twice, which harms nothing: readings are facts, kept by their time.
"""

import asyncio
import logging
import random
from collections.abc import AsyncIterator, Mapping
from contextlib import aclosing
from datetime import datetime
from typing import Any, Final, cast

from django.db import DatabaseError, InterfaceError

from cpms.core import clock, secrets
from smartcharging.meters import BadSettings, MeterError, Plan, Sample
from smartcharging.meters.registry import DRIVERS
from smartcharging.meters.threads import in_thread
from smartcharging.models import SiteMeter

from ..choices import MeterDriver
from .lines import lines_needed
from .meters import secret_of
from .store import meter_failed, readings_store

logger = logging.getLogger(__name__)
# How often changed settings are looked for.
LOOK_S = 3.0
PAUSE_FIRST_S = 1.0
PAUSE_LAST_S = 60.0
# One process reads so many; more are named in the log.
MAX_METERS: Final = 500


class MeterReader:
    """Keeps a task for each meter that has to be asked or listened to."""

    def __init__(self) -> None:
        self._tasks: dict[int, tuple[datetime, asyncio.Task[None]]] = {}

    async def run(self, stopping: asyncio.Event) -> None:
        """Read until `stopping`."""
        try:
            while not stopping.is_set():
                await self._look()
                await _sleep(LOOK_S, stopping)
        finally:
            await self._keep({})

    async def _look(self) -> None:
        try:
            wanted = await in_thread(_wanted)
        except (DatabaseError, InterfaceError) as error:
            logger.warning("meters: the database cannot be asked: %s", type(error).__name__)
            return
        await self._keep(wanted)

    async def _keep(self, wanted: Mapping[int, SiteMeter]) -> None:
        """End the tasks of meters that are gone or changed, begin those that are missing."""
        old = [
            key
            for key, (changed, task) in self._tasks.items()
            if key not in wanted or wanted[key].changed_at != changed or task.done()
        ]
        gone = [self._tasks.pop(key)[1] for key in old]
        for task in gone:
            task.cancel()
        await asyncio.gather(*gone, return_exceptions=True)
        for key, meter in wanted.items():
            if key not in self._tasks:
                self._tasks[key] = (
                    meter.changed_at,
                    asyncio.create_task(_read(meter), name=f"meter {meter.name}"),
                )


async def _read(meter: SiteMeter) -> None:
    """One meter, for ever."""
    pause = PAUSE_FIRST_S
    while True:
        try:
            async with aclosing(cast(Any, _samples(meter))) as samples:
                async for sample in samples:
                    await in_thread(readings_store, meter, [sample], clock.now())
                    pause = PAUSE_FIRST_S
        except Exception as error:
            await _note_failure(meter, error)
        # Many meters behind one broker would come back in the same instant.
        await asyncio.sleep(pause * random.uniform(0.8, 1.2))  # noqa: S311
        pause = min(PAUSE_LAST_S, 2 * pause)


def _samples(meter: SiteMeter) -> AsyncIterator[Sample]:
    driver = DRIVERS[meter.driver]
    try:
        lines = lines_needed(meter.measures, meter.line_order)
        settings = driver.check(meter.address, meter.settings, lines)
        secret = secret_of(meter)
    except BadSettings as error:
        raise MeterError(str(error)) from None
    except secrets.Unreadable:
        raise MeterError("its password cannot be read: enter it again") from None
    assert driver.samples is not None
    plan = Plan(
        meter.pk, meter.name, meter.address, settings, secret=secret, station=meter.station_id, every_s=meter.every_s
    )  # fmt: skip
    return driver.samples(plan)


async def _note_failure(meter: SiteMeter, error: Exception) -> None:
    why = str(error) if isinstance(error, MeterError) else "reading it failed; the log says more"
    if not isinstance(error, MeterError):
        logger.error("meter %s", meter.public_id, exc_info=error)
    try:
        await in_thread(meter_failed, meter, why, clock.now())
    except (DatabaseError, InterfaceError) as away:
        logger.warning("meter %s: nothing can be written: %s", meter.public_id, type(away).__name__)


def _wanted() -> dict[int, SiteMeter]:
    meters = SiteMeter.objects.filter(active=True).exclude(driver=MeterDriver.PUSH).order_by("pk")
    found = {meter.pk: meter for meter in meters[: MAX_METERS + 1]}
    if len(found) > MAX_METERS:
        logger.error("more than %d meters: those made last are not read", MAX_METERS)
        found.popitem()
    return found


async def _sleep(seconds: float, stopping: asyncio.Event) -> None:
    try:
        async with asyncio.timeout(seconds):
            await stopping.wait()
    except TimeoutError:
        return
