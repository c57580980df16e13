"""Transaction messages on their way: kept in order, sent again until answered."""

import asyncio
import contextlib
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from chargers.ocpp.rpc import Payload

from .link import CallFailed, Disconnected
from .outlet import Session

if TYPE_CHECKING:
    from .sessions import Sessions

LONGEST_WAIT_S = 5.0


@dataclass(slots=True)
class Entry:
    """One message and how it fares; `done` is set once it was answered or given up."""

    action: str
    payload: Payload
    session: Session
    attempts: int = 0
    message_id: str | None = None
    done: asyncio.Event = field(default_factory=asyncio.Event)


class Outbox:
    """A queue whose head stays until it has its CALLRESULT (OCPP 1.6 §3.7.1, 2.0.1 E04, E13).

    With `max_attempts` a message is dropped after so many errors; lost connections do not count. Without,
    nothing is ever dropped.
    """

    def __init__(self, station: "Sessions") -> None:
        self._station = station
        self._entries: deque[Entry] = deque()
        self._filled = asyncio.Event()
        self._empty = asyncio.Event()
        self._empty.set()

    def __len__(self) -> int:
        return len(self._entries)

    @property
    def entries(self) -> list[Entry]:
        """What waits, oldest first."""
        return list(self._entries)

    def put(self, action: str, payload: Payload, session: Session) -> Entry:
        entry = Entry(action, payload, session)
        self._entries.append(entry)
        self._filled.set()
        self._empty.clear()
        return entry

    async def drained(self) -> None:
        """Wait until nothing waits any more."""
        await self._empty.wait()

    async def deliver(self) -> None:
        """Send for ever: one at a time, in order."""
        while True:
            await self._filled.wait()
            await self._station.ready()
            try:
                await self._try(self._entries[0])
            except Disconnected:
                # The line may not have noticed yet that it is down.
                await asyncio.sleep(0)

    async def _try(self, entry: Entry) -> None:
        try:
            answer = await self._send(entry)
        except (CallFailed, TimeoutError):
            await self._failed(entry)
        else:
            self._remove(entry)
            self._station.on_delivered(entry, answer)
            await self._duplicate(entry)

    async def _send(self, entry: Entry, *, again: bool = False) -> Payload:
        station = self._station
        if entry.message_id is None or again or station.rng.random() > station.options.same_id_share:
            entry.message_id = station.new_id()
        payload = station.dialect.addressed(entry.action, entry.payload, entry.session)
        return await station.call(entry.action, payload, entry.message_id)

    async def _failed(self, entry: Entry) -> None:
        entry.attempts += 1
        limit = self._station.options.max_attempts
        if limit is not None and entry.attempts >= limit:
            self._remove(entry)
        else:
            await asyncio.sleep(min(self._station.options.retry_wait_s * entry.attempts, LONGEST_WAIT_S))

    async def _duplicate(self, entry: Entry) -> None:
        """Now and then the same again, as real firmware does; its answer must not differ."""
        if self._station.rng.random() >= self._station.options.duplicate_share:
            return
        with contextlib.suppress(CallFailed, TimeoutError):
            self._station.on_repeated(entry, await self._send(entry, again=True))

    def _remove(self, entry: Entry) -> None:
        self._entries.popleft()
        entry.done.set()
        if not self._entries:
            self._filled.clear()
            self._empty.set()
