"""What we answer, and what a station's answer means."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from chargers.choices import AuthorizationStatus, Registration


@dataclass(frozen=True, slots=True)
class Answer:
    """Base of every answer; a plain one is an empty acknowledgement."""


@dataclass(frozen=True, slots=True)
class BootAnswer(Answer):
    """Registration with our time and the heartbeat interval in seconds."""

    registration: Registration
    now: datetime
    interval_s: int


@dataclass(frozen=True, slots=True)
class BeatAnswer(Answer):
    """Our time."""

    now: datetime


@dataclass(frozen=True, slots=True)
class TokenAnswer(Answer):
    """What we decided about a token."""

    status: AuthorizationStatus
    expires_at: datetime | None = None
    parent_uid: str = ""


@dataclass(frozen=True, slots=True)
class TransactionAnswer(Answer):
    """`token` is None when no token was sent; `reference` is the id the station shall use."""

    reference: str
    token: TokenAnswer | None = None


@dataclass(frozen=True, slots=True)
class DataAnswer(Answer):
    """DataTransfer: `Accepted`, `Rejected`, `UnknownVendorId` or `UnknownMessageId`."""

    status: str
    data: Any = None


@dataclass(frozen=True, slots=True)
class NeedsAnswer(Answer):
    """Whether what a car needs is reckoned with."""

    accepted: bool


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a station's answer to one of our CALLs means: whether it agreed, and its own word for it."""

    accepted: bool
    status: str = ""
    # "Scheduled", "RebootRequired": agreed, and more will follow.
    pending: bool = False
