"""What can happen to the sharing of power, as events of the outbox."""

from dataclasses import dataclass
from typing import ClassVar

from chargers.events import StationEvent


@dataclass(frozen=True, slots=True, kw_only=True)
class StationUncontrolled(StationEvent):
    """A station refuses, cannot hold, or does not obey charging profiles; its maximum is kept free for it."""

    type: ClassVar[str] = "station.uncontrolled"
    reason: str
