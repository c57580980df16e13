"""What a driver is, to whoever reads meters."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Any

from .sample import Sample


@dataclass(frozen=True, slots=True)
class Plan:
    """A meter as its driver needs it. `settings` is what the driver's `check` made of the operator's words."""

    key: int
    name: str
    address: str
    settings: Any
    secret: str = ""
    station: int | None = None
    every_s: float = 10.0


Samples = Callable[[Plan], AsyncIterator[Sample]]


@dataclass(frozen=True, slots=True)
class Driver:
    """`check` reads settings. `samples` is None for meters that come to us by themselves."""

    check: Callable[[str, dict[str, Any], int], Any]
    samples: Samples | None
