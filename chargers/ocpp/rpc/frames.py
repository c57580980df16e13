"""The OCPP-J messages and their text.

OCPP 1.6J §4.2, OCPP 2.0.1 Part 4 §4.2, OCPP 2.1 Part 4 §4.2 (CALLRESULTERROR and SEND).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import orjson

MessageId = str | int
"""Usually text; a charger that sends integers gets its integer back."""

Payload = dict[str, Any]

CALL = 2
CALL_RESULT = 3
CALL_ERROR = 4
CALL_RESULT_ERROR = 5
SEND = 6

UNREADABLE_ID = "-1"
"""The message id of an answer to a frame whose id could not be read (OCPP 2.0.1 Part 4 §4.2.3)."""

MAX_DESCRIPTION = 255


def _text(elements: list[Any]) -> str:
    return orjson.dumps(elements).decode()


def _printable(description: str) -> str:
    return description[:MAX_DESCRIPTION].encode("utf-8", "replace").decode()


@dataclass(frozen=True, slots=True)
class Call:
    """A request that wants one answer."""

    message_id: MessageId
    action: str
    payload: Payload

    def encode(self) -> str:
        return _text([CALL, self.message_id, self.action, self.payload])


@dataclass(frozen=True, slots=True)
class CallResult:
    """The answer to a Call that was understood."""

    message_id: MessageId
    payload: Payload

    def encode(self) -> str:
        return _text([CALL_RESULT, self.message_id, self.payload])


@dataclass(frozen=True, slots=True)
class CallError:
    """The answer to a Call that was not.

    Always five elements; details stay empty so that nothing a peer sent is reflected.
    """

    message_id: MessageId
    code: str
    description: str = ""

    def encode(self) -> str:
        return _text([CALL_ERROR, self.message_id, self.code, _printable(self.description), {}])


@dataclass(frozen=True, slots=True)
class CallResultError:
    """The word back about a CallResult that was not understood; OCPP 2.1 only."""

    message_id: MessageId
    code: str
    description: str = ""

    def encode(self) -> str:
        return _text([CALL_RESULT_ERROR, self.message_id, self.code, _printable(self.description), {}])


@dataclass(frozen=True, slots=True)
class Send:
    """A message that wants no answer; OCPP 2.1 only."""

    message_id: MessageId
    action: str
    payload: Payload

    def encode(self) -> str:
        return _text([SEND, self.message_id, self.action, self.payload])
