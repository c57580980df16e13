"""One charger of the load: a socket, one message under way, every answer checked."""

import asyncio
import time
from array import array
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import orjson

from .line import Line, handshake
from .traffic import BOOT, SUBPROTOCOL, Script, is_right

HANDSHAKE_S = 15.0


@dataclass(slots=True)
class Tally:
    """What was sent, and rightly answered by action. `waits` holds seconds from the due time to the answer."""

    sent: int = 0
    answers: Counter[str] = field(default_factory=Counter)
    errors: Counter[str] = field(default_factory=Counter)
    waits: "array[float]" = field(default_factory=lambda: array("d"))

    def report(self) -> dict[str, Any]:
        """The tally as JSON values; times in milliseconds."""
        waits = sorted(self.waits)
        return {
            "sent": self.sent,
            "answered": self.answers.total(),
            "answers": dict(self.answers),
            "errors": dict(self.errors),
            "p50_ms": quantile(waits, 0.50) * 1000,
            "p99_ms": quantile(waits, 0.99) * 1000,
        }


def quantile(ordered: list[float], share: float) -> float:
    """The value below which `share` of the ordered values lie; 0 when there are none."""
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0.0


@dataclass(frozen=True, slots=True)
class Address:
    """Where the chargers connect, and the password they all share."""

    host: str
    port: int
    password: str


@dataclass(slots=True)
class Pending:
    """The message that waits for its answer."""

    message_id: str
    action: str
    due: float
    text: bytes


class Charger:
    """`then` is called with the payload of each right answer; a charger has one message under way at most."""

    def __init__(self, number: int, identity: str, address: Address) -> None:
        self.identity, self.address = identity, address
        self.script = Script(number)
        self.tally = Tally()
        self.line: Line | None = None
        self.pending: Pending | None = None
        self.answered_text = b""
        self.then: Callable[[Charger, dict[str, Any]], None] | None = None
        self.on_lost: Callable[[Charger], None] | None = None
        self._count = 0
        self._prefix = f"{identity}-{time.time_ns():x}"

    @property
    def is_open(self) -> bool:
        return self.line is not None

    async def connect(self) -> int:
        """Open the socket; the HTTP status, 0 when there was none."""
        address = self.address
        request = handshake(address.host, self.identity, address.password, SUBPROTOCOL)
        line = Line(request, self._received, lambda: self._lost(line))
        try:
            async with asyncio.timeout(HANDSHAKE_S):
                await asyncio.get_running_loop().create_connection(lambda: line, address.host, address.port)
                status = await line.opened
        except (OSError, TimeoutError):
            line.abort()
            return 0
        self.line = line if status == 101 else None
        if status != 101:
            line.abort()
        return status

    def disconnect(self) -> None:
        """Cut the socket; this does not count as an error."""
        line, self.line = self.line, None
        if line is not None:
            line.abort()

    def _lost(self, line: Line) -> None:
        if self.line is line:
            self.line = None
            self.tally.errors["closed"] += 1
            if self.on_lost is not None:
                self.on_lost(self)

    def say(self, action: str, payload: str, due: float) -> None:
        """Send a CALL that should have gone out at `due` (seconds of the loop's clock)."""
        self._count += 1
        message_id = f"{self._prefix}-{self._count}"
        text = f'[2,"{message_id}","{action}",{payload}]'.encode()
        self.pending = Pending(message_id, action, due, text)
        self.tally.sent += 1
        self._send(text)

    def boot(self, due: float) -> None:
        self.say("BootNotification", BOOT, due)

    def repeat(self) -> None:
        """Send the unanswered message once more, as it was."""
        if self.pending is not None:
            self._send(self.pending.text)

    def _send(self, text: bytes) -> None:
        if self.line is not None:
            self.line.send(text)

    def _received(self, text: bytes) -> None:
        try:
            kind, message_id, *rest = orjson.loads(text)
        except (ValueError, TypeError):
            self.tally.errors["wrong"] += 1
            return
        if kind == 2:
            self._send(b'[3,"%b",{"status":"Accepted"}]' % message_id.encode())
        elif self.pending is None or message_id != self.pending.message_id:
            self.tally.errors["doubled"] += 1
        else:
            self._answered(self.pending, kind, rest)

    def _answered(self, pending: Pending, kind: int, rest: list[Any]) -> None:
        self.pending, self.answered_text = None, pending.text
        if kind != 3 or len(rest) != 1 or not is_right(pending.action, rest[0]):
            self.tally.errors["wrong"] += 1
            return
        self.tally.answers[pending.action] += 1
        self.tally.waits.append(asyncio.get_running_loop().time() - pending.due)
        if self.then is not None:
            self.then(self, rest[0])
