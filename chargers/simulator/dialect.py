"""What a station needs from a protocol version to speak: one module a version fills this in."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Protocol

from chargers.ocpp.rpc import ErrorKind, Payload, Version

from .options import Facts
from .outlet import Outlet, Sample, Session

if TYPE_CHECKING:
    from .station import SimulatedStation

Message = tuple[str, Payload]


@dataclass(frozen=True, slots=True)
class Reply:
    """The answer to a CALL of the server, and what the station does once it is on the wire."""

    payload: Payload
    then: Callable[[], Awaitable[object]] | None = None


Order = Callable[["SimulatedStation", Payload], Reply]
"""Carries out one kind of CALL; raises `RefusalError` instead of answering."""


class RefusalError(Exception):
    """The station answers with this CALLERROR."""

    def __init__(self, kind: ErrorKind, description: str) -> None:
        super().__init__(description)
        self.kind = kind
        self.description = description


class Dialect(Protocol):
    """Makes requests and reads answers. `trigger` is a word of OCPP 2.0.1; 1.6 has none."""

    version: Version
    # Whether the station gives transactions their ids, not the server.
    names_transactions: bool
    orders: Mapping[str, Order]
    settings: Mapping[str, str]

    def boot(self, facts: Facts, reason: str) -> Message: ...

    def status(self, outlet: Outlet, at: datetime) -> Message: ...

    def authorize(self, uid: str) -> Message: ...

    def token_status(self, answer: Payload) -> str | None:
        """What the server says of the token in any answer; None when it says nothing."""
        ...

    def started(self, session: Session, sample: Sample, trigger: str, offline: bool) -> Message: ...

    def sampled(self, session: Session, sample: Sample, offline: bool) -> Message: ...

    def state_changed(self, session: Session, sample: Sample, offline: bool) -> Message | None: ...

    def ended(self, session: Session, sample: Sample, uid: str | None, offline: bool) -> Message: ...

    def metered(self, outlet: Outlet, sample: Sample) -> Message:
        """Meter values outside a transaction."""
        ...

    def addressed(self, action: str, payload: Payload, session: Session) -> Payload:
        """The payload with what was not known when it was made: the transaction's id on the wire."""
        ...

    def reference(self, action: str, answer: Payload) -> str | None:
        """The transaction id the server gave out in this answer."""
        ...


def wire_time(moment: datetime) -> str:
    """UTC with milliseconds, as many chargers write it."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"
