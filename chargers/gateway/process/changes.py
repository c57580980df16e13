"""Collects which stations changed and tells open pages twice a second, however many messages there were."""

import asyncio
from collections import defaultdict
from typing import Any

from cpms.core import live

EVERY_S = 0.5


class Changes:
    """Sets of public ids by organisation and kind, sent as one message each."""

    def __init__(self) -> None:
        self._changed: dict[int, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
        self._loop = asyncio.get_running_loop()

    def station(self, organisation_id: int, station: str) -> None:
        """A station has something new to show."""
        self._changed[organisation_id]["stations"].add(station)

    def from_thread(self, organisation_id: int, changed: dict[str, Any]) -> None:
        """The transport of `cpms.core.live` for services that run in threads."""
        self._loop.call_soon_threadsafe(self._merge, organisation_id, changed)

    def _merge(self, organisation_id: int, changed: dict[str, Any]) -> None:
        for kind, names in changed.items():
            self._changed[organisation_id][kind].update(names)

    async def run(self) -> None:
        """Send what has gathered, for ever."""
        while True:
            await asyncio.sleep(EVERY_S)
            changed, self._changed = self._changed, defaultdict(lambda: defaultdict(set))
            for organisation_id, kinds in changed.items():
                await live.send(organisation_id, {kind: sorted(names) for kind, names in kinds.items()})
