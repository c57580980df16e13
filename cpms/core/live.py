"""Telling open pages what changed: one small message an organisation, names only, never content.

Pages re-read what they show from the database, so a lost message costs a moment, not a fact.
"""

import asyncio
import logging
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from queue import SimpleQueue
from typing import Any

from channels.layers import get_channel_layer
from django.db import transaction

logger = logging.getLogger(__name__)
MOMENT_S = 0.05
Transport = Callable[[int, dict[str, list[str]]], None]


def group(organisation_id: int) -> str:
    """The channel-layer group of everybody who looks at this organisation."""
    return f"live.{organisation_id}"


async def send(organisation_id: int, changed: dict[str, list[str]]) -> None:
    """Tell the pages of an organisation, e.g. `{"stations": ["cst_..."], "commands": ["cmd_..."]}`.

    Consumers receive `{"type": "live.changed", "stations": [...], ...}`.
    """
    try:
        await get_channel_layer().group_send(group(organisation_id), {"type": "live.changed", **changed})
    except Exception as error:  # Redis is away: pages poll meanwhile
        logger.warning("live pages not told: %s", type(error).__name__)


class Gathered:
    """What changed since it was last taken: sets of names by organisation and kind."""

    def __init__(self) -> None:
        self._changed: dict[int, dict[str, set[str]]] = {}

    def add(self, organisation_id: int, changed: Mapping[str, Iterable[str]]) -> None:
        """Note names of an organisation's things."""
        kinds = self._changed.setdefault(organisation_id, {})
        for kind, names in changed.items():
            kinds.setdefault(kind, set()).update(names)

    def take(self) -> list[tuple[int, dict[str, list[str]]]]:
        """One message an organisation, and begin anew."""
        changed, self._changed = self._changed, {}
        return [
            (key, {kind: sorted(names) for kind, names in kinds.items()}) for key, kinds in changed.items()
        ]


class Sender:
    """Sends from a thread of its own, so that nobody who changed something waits for pages to be told.

    What comes within a moment is sent together: a message costs as much as the change it tells of.
    """

    def __init__(self) -> None:
        self._waiting: SimpleQueue[tuple[int, dict[str, list[str]]]] = SimpleQueue()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    def __call__(self, organisation_id: int, changed: dict[str, list[str]]) -> None:
        """Have it sent, soon."""
        self._waiting.put((organisation_id, changed))
        with self._lock:
            # A forked process has none of its parent's threads.
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._run, name="live pages", daemon=True)
                self._thread.start()

    def _run(self) -> None:
        with asyncio.Runner() as runner:
            while True:
                for message in self._next():
                    runner.run(send(*message))

    def _next(self) -> list[tuple[int, dict[str, list[str]]]]:
        """Waits for the first, then a moment for more."""
        gathered = Gathered()
        gathered.add(*self._waiting.get())
        time.sleep(MOMENT_S)
        while not self._waiting.empty():
            gathered.add(*self._waiting.get())
        return gathered.take()


_transport: Transport = Sender()


def use_transport(transport: Transport) -> None:
    """Replace how this process sends; the gateway collects changes and sends them twice a second."""
    global _transport
    _transport = transport


def send_on_commit(organisation_id: int | None, **changed: Iterable[str]) -> None:
    """From synchronous code: tell the pages once the current transaction has committed."""
    if organisation_id is None:
        return
    message: dict[str, Any] = {key: list(value) for key, value in changed.items()}
    transaction.on_commit(lambda: _transport(organisation_id, message), robust=True)
