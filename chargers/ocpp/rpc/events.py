"""What a received message turned out to be."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

from chargers.ocpp.rpc.errors import ErrorKind
from chargers.ocpp.rpc.frames import Call, MessageId, Payload
from chargers.ocpp.rpc.gate import Refusal


class CloseCode(IntEnum):
    """Why we end a connection (RFC 6455 §7.4.1)."""

    UNSUPPORTED_DATA = 1003
    """A binary message."""
    INVALID_DATA = 1007
    """Text that is not UTF-8."""
    POLICY = 1008
    """Too much of what we can only ignore."""
    TOO_LARGE = 1009
    """A message over the size limit."""


@dataclass(frozen=True, slots=True)
class CallReceived:
    """The peer asks; answer with `Endpoint.result` or `Endpoint.error`.

    The action is one the peer may send, the payload an object; it is not validated yet. `reused` says that
    one of the last messages of this connection had the same id, `forgiven` what the gate had refused it for.
    """

    message_id: MessageId
    action: str
    payload: Payload
    reused: bool = False
    forgiven: tuple[Refusal, ...] = ()


@dataclass(frozen=True, slots=True)
class SendReceived:
    """The peer tells; there is no answer (OCPP 2.1 only)."""

    message_id: MessageId
    action: str
    payload: Payload


@dataclass(frozen=True, slots=True)
class ResultReceived:
    """Our call was answered. The payload is not validated yet."""

    call: Call
    payload: Payload


@dataclass(frozen=True, slots=True)
class ErrorReceived:
    """Our call was refused.

    `kind` is None if the code is the peer's own invention. Code, description and details are hostile text,
    cut to 50 and 255 characters and 4 kB; the code is never empty: anything but text stands there as JSON, and
    "ErrorWithoutCode" for none. `odd` says that the frame has another shape than five elements, or a
    code this version does not have.
    """

    call: Call
    code: str
    kind: ErrorKind | None
    description: str
    details: Payload
    odd: bool = False


@dataclass(frozen=True, slots=True)
class AnswerRefused:
    """The answer to our call cannot be used: wrong shape, or refused by the gate.

    The call is over. `answer` is what to send back, if the version has a word for that.
    """

    call: Call
    reason: str
    answer: str | None = None


@dataclass(frozen=True, slots=True)
class LateAnswer:
    """An answer to a call we gave up. To be recorded, not applied."""

    answer: ResultReceived | ErrorReceived | AnswerRefused


@dataclass(frozen=True, slots=True)
class CallResultErrorReceived:
    """The peer could not use one of our last results (OCPP 2.1 only)."""

    message_id: MessageId
    code: str
    kind: ErrorKind | None
    description: str
    details: Payload


@dataclass(frozen=True, slots=True)
class Unsolicited:
    """An answer to nothing we asked; ignored. With a `close_code` there were too many of them in a row."""

    message_id: MessageId
    close_code: CloseCode | None = None


@dataclass(frozen=True, slots=True)
class Violation:
    """A message that breaks the protocol.

    Send `answer` if there is one, then close with `close_code` if there is one. `reason` is our own sentence
    and holds nothing the peer sent; `message_id` and `action` are None where they could not be read or are
    unknown.
    """

    kind: ErrorKind
    reason: str
    message_id: MessageId | None = None
    action: str | None = None
    answer: str | None = None
    close_code: CloseCode | None = None


Event = (
    CallReceived
    | SendReceived
    | ResultReceived
    | ErrorReceived
    | AnswerRefused
    | LateAnswer
    | CallResultErrorReceived
    | Unsolicited
    | Violation
)
