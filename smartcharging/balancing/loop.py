"""The process that balances: a task per managed site, every ten seconds or when something happens there."""

import asyncio
import logging
import signal
import uuid
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import Error, close_old_connections

from ..inputs.metering.running import MeterReader
from .lease import LeaseLost, give_up, managed_sites, take
from .round import play
from .waking import Listener

logger = logging.getLogger(__name__)


class Loop:
    """Balances every managed site whose lease it gets, until it is told to stop. `beat` is touched while it works."""

    def __init__(self, owner: uuid.UUID | None = None, beat: Path | None = None) -> None:
        self._beat_file = beat
        self.owner = owner or uuid.uuid4()
        self._sites: dict[int, asyncio.Task[None]] = {}
        self._woken: dict[int, asyncio.Event] = {}
        self._threads = ThreadPoolExecutor(int(settings.BALANCE["THREADS"]), "balance")
        self._stop = asyncio.Event()

    async def run(self) -> None:
        """Until SIGTERM or SIGINT; the leases are then free for the next."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, self._stop.set)
        keeper, listener = asyncio.create_task(self._keep_sites()), asyncio.create_task(self._listen())
        reader = asyncio.create_task(MeterReader().run(self._stop))
        logger.info("balancing as %s", self.owner)
        await self._stop.wait()
        for task in (keeper, listener, *self._sites.values()):
            task.cancel()
        await asyncio.gather(keeper, listener, reader, *self._sites.values(), return_exceptions=True)
        await self._in_thread(give_up, self.owner)
        self._threads.shutdown()

    async def _keep_sites(self) -> None:
        """A task for each managed site, none for those that are not any more."""
        while True:
            try:
                sites = set(await self._in_thread(managed_sites))
            except Error as error:
                logger.warning("sites not read: %s", type(error).__name__)
            else:
                self._beat()
                for gone in self._sites.keys() - sites:
                    self._sites.pop(gone).cancel()
                for new in sites - self._sites.keys():
                    self._woken[new] = asyncio.Event()
                    self._sites[new] = asyncio.create_task(self._keep(new))
            await asyncio.sleep(settings.BALANCE["SITES_EVERY"])

    def _beat(self) -> None:
        if self._beat_file is not None:
            self._beat_file.parent.mkdir(parents=True, exist_ok=True)
            self._beat_file.touch()

    async def _keep(self, site_id: int) -> None:
        """The rounds of one site."""
        while True:
            try:
                await self._in_thread(_round, site_id, self.owner)
            except LeaseLost:
                logger.info("site %s is balanced by another process", site_id)
            except Exception:
                # One site's trouble must not be another's; the next round tries anew.
                logger.exception("round of site %s failed", site_id)
            await self._pause(self._woken[site_id])

    async def _pause(self, woken: asyncio.Event) -> None:
        """Until the next round is due, or a moment after something happened: what comes together is one round."""
        try:
            await asyncio.wait_for(woken.wait(), settings.BALANCE["EVERY"])
            await asyncio.sleep(settings.BALANCE["COALESCE"])
        except TimeoutError:
            pass
        woken.clear()

    async def _listen(self) -> None:
        """Wake the sites where something happened."""
        listener = Listener()
        while True:
            try:
                for site_id in await self._in_thread(listener.happened):
                    if site_id in self._woken:
                        self._woken[site_id].set()
            except Error as error:
                logger.warning("events not read: %s", type(error).__name__)
            await asyncio.sleep(settings.BALANCE["LISTEN"])

    async def _in_thread(self, work: Any, *arguments: Any) -> Any:
        """Database work off the event loop."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, _clean, work, *arguments)


def _round(site_id: int, owner: uuid.UUID) -> None:
    lease = take(site_id, owner)
    if lease is not None:
        play(lease)


def _clean(work: Any, *arguments: Any) -> Any:
    """A thread gives its connection back after each piece of work."""
    close_old_connections()
    try:
        return work(*arguments)
    finally:
        close_old_connections()
