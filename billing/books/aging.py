"""Which invoices of an account are still open: who pays, pays the oldest first. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Billed:
    """An invoice: when it is due, and what it asks for less what was credited, in minor units."""

    due_on: date
    minor: int


def still_open(owed_minor: int, uninvoiced_minor: int, newest_first: Sequence[Billed]) -> Iterator[int]:
    """What is open of each invoice, in their order.

    `owed_minor` is all that the account owes, `uninvoiced_minor` the part of it that is on no invoice yet. What is left
    belongs to the newest invoices, for payments count for the oldest. More owed than was invoiced is told by nothing.
    """
    left = max(0, owed_minor - uninvoiced_minor)
    for billed in newest_first:
        taken = max(0, min(left, billed.minor))
        left -= taken
        yield taken


# Up to so many days overdue; the last is everything beyond.
AGES = (("not_due", 0), ("to_30", 30), ("to_60", 60), ("to_90", 90), ("older", None))


def age(days_overdue: int) -> str:
    """The column of a list by age."""
    return next(name for name, most in AGES if most is None or days_overdue <= most)
