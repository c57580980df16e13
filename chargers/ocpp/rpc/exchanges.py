"""Which calls are under way on one connection, in both directions."""

from __future__ import annotations

from typing import Any, Final

from chargers.ocpp.rpc.frames import Call, MessageId

REMEMBERED_IDS: Final = 16


class LocalProtocolError(Exception):
    """We tried to send what the protocol does not allow now."""


class CallInFlightError(LocalProtocolError):
    """A call of ours is still unanswered (OCPP 2.0.1 Part 4 §4.1.1: one at a time)."""


class OurCalls:
    """At most one call of ours in flight, and the last ones we gave up."""

    __slots__ = ("_late", "in_flight")

    def __init__(self) -> None:
        self.in_flight: Call | None = None
        self._late: dict[MessageId, Call] = {}

    def start(self, call: Call) -> None:
        """Raises CallInFlightError while the one before is unanswered."""
        if self.in_flight is not None:
            raise CallInFlightError(f"{self.in_flight.action} is unanswered")
        self._late.pop(call.message_id, None)
        self.in_flight = call

    def give_up(self) -> Call | None:
        """Stop waiting, but know the answer should it still come."""
        call, self.in_flight = self.in_flight, None
        if call is not None:
            _remember(self._late, call.message_id, call)
        return call

    def claim(self, message_id: MessageId) -> tuple[Call | None, bool]:
        """The call an answer belongs to, taken off the books, and whether the answer is late."""
        call = self.in_flight
        if call is not None and call.message_id == message_id:
            self.in_flight = None
            return call, False
        return self._late.pop(message_id, None), True


class TheirCalls:
    """The peer's calls that wait for our answer, and the ids of its last ones."""

    __slots__ = ("_last", "_waiting")

    def __init__(self) -> None:
        self._waiting: dict[MessageId, int] = {}
        self._last: dict[MessageId, None] = {}

    @property
    def waiting(self) -> int:
        return sum(self._waiting.values())

    def add(self, message_id: MessageId) -> bool:
        """Note a call; True if one of the last had the same id (chargers restart their counters)."""
        reused = message_id in self._last
        _remember(self._last, message_id, None)
        self._waiting[message_id] = self._waiting.get(message_id, 0) + 1
        return reused

    def settle(self, message_id: MessageId) -> None:
        """Note that a call is answered. Raises LocalProtocolError if no such call waits."""
        waiting = self._waiting.get(message_id, 0)
        if not waiting:
            raise LocalProtocolError("no received call with this message id is unanswered")
        if waiting == 1:
            del self._waiting[message_id]
        else:
            self._waiting[message_id] = waiting - 1

    def is_recent(self, message_id: MessageId) -> bool:
        return message_id in self._last


def _remember(memory: dict[MessageId, Any], message_id: MessageId, value: Any) -> None:
    memory.pop(message_id, None)
    memory[message_id] = value
    if len(memory) > REMEMBERED_IDS:
        del memory[next(iter(memory))]
