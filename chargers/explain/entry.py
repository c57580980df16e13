"""One line of a transaction's timeline."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from chargers.choices import EntryActor, EntryKind

# Clocks that differ by less agree.
AGREE = timedelta(seconds=5)


@dataclass(frozen=True, slots=True)
class Entry:
    """What happened at `at`, told in a sentence that can be read to a driver.

    `said_at` is the station's own clock, `received_at` ours when the message came, `applied_at` ours when it took
    effect; None where there is none. `request` and `reply` are the raw texts, `code` the name on the wire,
    `reference` the public id of the command or case behind it.
    """

    kind: EntryKind
    actor: EntryActor
    at: datetime
    sentence: str
    detail: str = ""
    said_at: datetime | None = None
    received_at: datetime | None = None
    applied_at: datetime | None = None
    code: str = ""
    request: str = ""
    reply: str = ""
    reference: str = ""

    @property
    def clocks_differ(self) -> bool:
        """Whether the station's clock and ours need both be shown."""
        moments = [m for m in (self.said_at, self.received_at, self.applied_at) if m is not None]
        return bool(moments) and max(moments) - min(moments) > AGREE


@dataclass(frozen=True, slots=True)
class Explanation:
    """A transaction explained: one summary, then everything in order."""

    summary: str
    entries: list[Entry] = field(default_factory=list)

    def of_kind(self, kind: str) -> list[Entry]:
        """The entries of one kind; all for an empty kind."""
        return [entry for entry in self.entries if not kind or entry.kind == kind]
