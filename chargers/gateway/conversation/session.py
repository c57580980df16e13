"""One connected station: frames in, answers out in order, one CALL of ours at a time.

The receive loop only parses and matches; whatever has to be stored waits in a bounded inbox and is worked
off one by one, so a station's messages keep their order and a slow one holds up nobody else.
"""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.conf import settings

from chargers.choices import FactKind
from chargers.ocpp.adapter import Adapter
from chargers.ocpp.normalise import TRANSACTION_ACTIONS
from chargers.ocpp.rpc import (
    AnswerRefused,
    CallReceived,
    Endpoint,
    ErrorReceived,
    LateAnswer,
    ResultReceived,
    Unsolicited,
    Violation,
)
from chargers.services.source import Fenced, Source
from cpms.core import clock

from ..admission.flood import Flood
from ..admission.handshake import Admission
from ..admission.throttle import TokenBucket
from ..closing import CloseReason
from ..storing import units
from ..storing.touches import Touch
from ..storing.unit import DatabaseAway
from .calls import Calls
from .intake import Intake
from .notebook import Notebook
from .observer import Observer
from .oddities import of_event

if TYPE_CHECKING:
    from ..process.runtime import Runtime

logger = logging.getLogger(__name__)
INBOX = 64
# How long answers that came before the end of the socket may take to be stored.
SETTLE_S = 2.0
# Frames that are no messages: so many a second are noted, after a first few.
NOTED_RATE, NOTED_BURST = 0.2, 10
# What waits its turn in the inbox.
_NOTHING: frozenset[str] = frozenset()
_SERVED = (CallReceived, ResultReceived, ErrorReceived, AnswerRefused, LateAnswer)


@dataclass(frozen=True, slots=True)
class Socket:
    """What a session can do with its socket. `ping` is None where the server pings by itself, `abort` where

    a socket whose peer reads nothing cannot be dropped.
    """

    send: Callable[[str], Awaitable[None]]
    close: Callable[[int], Awaitable[None]]
    ping: Callable[[], None] | None = None
    abort: Callable[[], None] | None = None


@dataclass(frozen=True, slots=True)
class Arrived:
    """A parsed message with its text and time of receipt."""

    event: object
    text: str
    at: datetime


class Session:
    """The state of one socket, from acceptance to close. Everything here runs on the event loop."""

    def __init__(
        self,
        runtime: "Runtime",
        admission: Admission,
        adapter: Adapter,
        epoch: int,
        socket: Socket,
    ) -> None:
        self.runtime = runtime
        self.station = admission.station
        self.adapter = adapter
        self.epoch = epoch
        self.remote_address = admission.remote_address
        self.security_profile = admission.security_profile
        self.endpoint = Endpoint(adapter.version)
        self.socket = socket
        self.booted = False
        # Whether its boot was asked for, and how many pings it left unanswered.
        self.boot_asked = False
        self.missed_pongs = 0
        self.closed = False
        loop = asyncio.get_running_loop()
        self.heard_at = self.opened_at = loop.time()
        self.pinged_at = 0.0
        self.ponged_at: float | None = None
        self._loop = loop
        self._inbox: asyncio.Queue[Arrived] = asyncio.Queue(INBOX)
        self._bucket = TokenBucket(settings.OCPP["MESSAGE_RATE"], settings.OCPP["MESSAGE_BURST"])
        self._flood = Flood()
        self._noting = TokenBucket(NOTED_RATE, NOTED_BURST)
        self.notebook = Notebook(self)
        self.observer = Observer(self, self.notebook)
        self._intake = Intake(self)
        self.calls = Calls(self)
        self._worker = loop.create_task(self._work())

    def source(self, at: datetime) -> Source:
        """Where a report received at `at` came from."""
        facts = self.station
        return Source(facts.station_id, facts.public_id, facts.organisation_id, self.epoch, at)

    @property
    def is_watched(self) -> bool:
        """Whether heartbeats are logged too."""
        until = self.station.watched_until
        return until is not None and until > clock.now()

    async def receive(self, text: str) -> None:
        """Take one text frame; waits while the inbox is full or the station is too fast (its socket is not read)."""
        now = self._loop.time()
        self.heard_at = now
        wait = self._bucket.take(now)
        forgiven = _NOTHING if self.station.strict else TRANSACTION_ACTIONS
        event = self.endpoint.receive(text, now, forgiven)
        if wait:
            await asyncio.sleep(min(wait, 5.0))
        if self._flood.is_over(event, wait > 0, now):
            await self.close(CloseReason.POLICY)
            return
        at = clock.now()
        odd = of_event(event)
        if odd is not None:
            self.notebook.quirks((odd,))
        if not isinstance(event, CallReceived):
            await self._on_answer(event)
        self.heard(at)
        if isinstance(event, _SERVED) or self._is_worth_noting(event, now):
            await self._inbox.put(Arrived(event, text, at))

    def _is_worth_noting(self, event: object, now: float) -> bool:
        """A frame that is no message goes into the message log, unless there are too many of them."""
        return isinstance(event, Violation) and self._noting.take(now, 0.0) == 0.0

    def ponged(self) -> None:
        """The station answered a ping."""
        self.missed_pongs = 0
        if self.ponged_at is None:
            self.runtime.diary.first_pong(self.station.station_id, self.epoch)
        if self.ponged_at is None and self.station.ignores_pings:
            self.notebook.fact(FactKind.PINGS, "answered", {"epoch": self.epoch})
        self.ponged_at = self._loop.time()

    def heard(self, at: datetime, beats: int = 0) -> None:
        """Remember the sign of life."""
        self.runtime.writer.touch(self.station.station_id, Touch(self.epoch, at, beats))

    async def _on_answer(self, event: object) -> None:
        """What need not wait its turn: answers stop their timers at once, broken frames are answered at once."""
        if isinstance(event, ResultReceived | ErrorReceived | AnswerRefused):
            self.calls.answered()
        elif isinstance(event, Violation):
            if event.answer is not None:
                await self.send(event.answer)
            if event.close_code is not None:
                await self.close(event.close_code)
        elif isinstance(event, Unsolicited) and event.close_code is not None:
            await self.close(event.close_code)

    async def _work(self) -> None:
        while True:
            arrived = await self._inbox.get()
            try:
                await self._serve(arrived)
            except Fenced:
                await self.close(CloseReason.REPLACED)
            except DatabaseAway:
                # Never answer what is not stored: the station keeps it and comes again.
                await self.close(CloseReason.TRY_LATER)
            except Exception:
                logger.exception("a message of station %s failed", self.station.public_id)
                await self.close(CloseReason.FAILED)
            finally:
                self._inbox.task_done()

    async def _serve(self, arrived: Arrived) -> None:
        if isinstance(arrived.event, ResultReceived | ErrorReceived | AnswerRefused | LateAnswer):
            await self.calls.settle(arrived.event, arrived.text, arrived.at)
        elif self.closed:
            return
        elif isinstance(arrived.event, Violation):
            await self.runtime.writer.store(units.refused(self, arrived.event, arrived.text, arrived.at))
        elif isinstance(arrived.event, CallReceived):
            await self._intake.serve(arrived.event, arrived.text, arrived.at)

    async def send(self, text: str) -> None:
        """Put a text on the wire; nothing happens when the socket is gone."""
        if not self.closed:
            try:
                async with asyncio.timeout(settings.OCPP["SEND_TIMEOUT"]):
                    await self.socket.send(text)
            except TimeoutError:
                logger.info("station %s reads nothing; its socket is dropped", self.station.public_id)
                self._drop()
            except Exception:
                self.closed = True

    async def close(self, code: int) -> None:
        """End the socket from our side."""
        if not self.closed:
            self.closed = True
            try:
                async with asyncio.timeout(settings.OCPP["CLOSE_TIMEOUT"]):
                    await self.socket.close(code)
            except TimeoutError:
                self._drop()
            except Exception:
                logger.debug("the socket of station %s was gone already", self.station.public_id)

    def _drop(self) -> None:
        self.closed = True
        if self.socket.abort is not None:
            self.socket.abort()

    async def end(self) -> None:
        """The socket is gone: settle what it answered before it went, then stop working for it.

        A station that restarts when it is told to answers and leaves at once. Its own calls that wait are dropped:
        it got no answer and comes again.
        """
        self.closed = True
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(SETTLE_S):
                await self._inbox.join()
        self._worker.cancel()
        self.runtime.writer.forget(self.station.station_id, self.epoch)
        self.calls.end()

    def may_be_asked(self, now: float) -> bool:
        """Whether we may send a CALL: after the boot was answered, or the backstop for one that reconnects silently."""
        return self.booted or now - self.opened_at >= settings.OCPP["BOOT_BACKSTOP"]
