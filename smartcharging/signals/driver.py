"""What a driver of signals is, to whoever listens."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any


class SignalError(Exception):
    """A sender that cannot be reached or does not know us. The text is for operators, without secrets."""


@dataclass(frozen=True, slots=True)
class Span:
    """From `starts_at` to `ends_at` at most so much: watts, or percent of what the circuit carries by itself."""

    starts_at: datetime
    ends_at: datetime
    limit_w: float | None = None
    limit_percent: float | None = None


@dataclass(frozen=True, slots=True)
class Signal:
    """All that holds under a reference from now on; without spans nothing does, as when it was cancelled.

    `version` counts the changes of the same reference.
    """

    reference: str
    version: int
    spans: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    """A sender as its driver needs it. `settings` is what the driver's `check` made of the operator's words."""

    name: str
    address: str
    settings: Any


Take = Callable[[Signal], Awaitable[bool]]
"""Keeps a signal; whether it is followed. It is not acknowledged before this has answered."""


@dataclass(frozen=True, slots=True)
class Driver:
    """`check` reads settings, `listen` receives."""

    check: Callable[[str, dict[str, Any]], Any]
    listen: Callable[[Plan, Take], Awaitable[None]]
