"""What one message wants stored; the writer stores many of them in one commit."""

import asyncio
from dataclasses import dataclass, field
from typing import Any

Row = tuple[Any, ...]


class DatabaseAway(Exception):
    """PostgreSQL does not do its work: hang up, never answer. `unreachable` says that nobody answered at all."""

    def __init__(self, reason: str, unreachable: bool = False) -> None:
        super().__init__(reason)
        self.unreachable = unreachable


class Refused(Exception):
    """The database refused these rows themselves (a value it cannot hold)."""


@dataclass(slots=True)
class Unit:
    """Rows of one message, in the column order of `statement`'s specs, stored together or not at all.

    `done` resolves after the COMMIT, or fails with `Fenced`, `Refused` or `DatabaseAway`.
    """

    station_id: int
    epoch: int
    exchanges: list[Row] = field(default_factory=list)
    readings: list[Row] = field(default_factory=list)
    status: Row | None = None
    boot: Row | None = None
    state: Row | None = None
    events: list[Row] = field(default_factory=list)
    done: asyncio.Future[None] | None = None

    @property
    def key(self) -> tuple[int, int]:
        """The socket it came from."""
        return (self.station_id, self.epoch)
