"""When the sessions of an account become an invoice, and how much of an invoice has to be credited since. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from .lines import Amount


class Cycle(StrEnum):
    """How often an account is invoiced."""

    SESSION = "session"
    WEEK = "week"
    MONTH = "month"


def whole_until(cycle: Cycle, today: date) -> date:
    """The first day that is not part of a whole cycle yet: sessions that ended before it can be invoiced.

    A week begins on Monday (ISO 8601). After each session: tomorrow, so whatever has ended.
    """
    if cycle is Cycle.MONTH:
        return today.replace(day=1)
    if cycle is Cycle.WEEK:
        return today - timedelta(days=today.weekday())
    return today + timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Invoiced:
    """A line of an issued invoice: by its position, what it charged and what was credited of it, in minor units.

    `stands` is false once its entry was taken back by a correction: then all of it has to be credited.
    """

    position: int
    session: str
    tax_code: str
    gross_minor: int
    credited_minor: int
    stands: bool


def to_credit(lines: Sequence[Invoiced], refunded: Mapping[str, Amount]) -> dict[int, int]:
    """What each line, by position, has to be credited on top of what was; empty when the invoice is right.

    `refunded` is what was given back of each session. It counts against the line of its tax that stands.
    """
    wanted = {line.position: _wanted(line, refunded.get(line.session)) for line in lines}
    missing = {line.position: wanted[line.position] - line.credited_minor for line in lines}
    return {position: minor for position, minor in missing.items() if minor > 0}


def _wanted(line: Invoiced, refunded: Amount | None) -> int:
    if not line.stands:
        return line.gross_minor
    part = refunded.part(line.tax_code) if refunded else None
    return min(line.gross_minor, part.net_minor + part.tax_minor) if part else 0


def span(days: Iterable[date]) -> tuple[date, date]:
    """The first and the last of some days. ValueError when there is none."""
    known = sorted(days)
    return known[0], known[-1]
