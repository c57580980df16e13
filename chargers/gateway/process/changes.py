"""Collects which stations changed and tells open pages twice a second, however many messages there were."""

import asyncio
from typing import Any

from cpms.core import live

EVERY_S = 0.5


class Changes:
    """Public ids by organisation and kind, sent as one message each organisation."""

    def __init__(self) -> None:
        self._gathered = live.Gathered()
        self._loop = asyncio.get_running_loop()

    def station(self, organisation_id: int, station: str) -> None:
        """A station has something new to show."""
        self._gathered.add(organisation_id, {"stations": [station]})

    def from_thread(self, organisation_id: int, changed: dict[str, Any]) -> None:
        """The transport of `cpms.core.live` for services that run in threads."""
        self._loop.call_soon_threadsafe(self._gathered.add, organisation_id, changed)

    async def run(self) -> None:
        """Send what has gathered, for ever."""
        while True:
            await asyncio.sleep(EVERY_S)
            for organisation_id, changed in self._gathered.take():
                await live.send(organisation_id, changed)
