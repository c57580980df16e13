"""When an invoice that is not paid is reminded of, and what a reminder costs. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from .chart import Purpose
from .lines import Line, line
from .postings import Posting, positive


@dataclass(frozen=True, slots=True)
class Rung:
    """A level of reminding: it is taken so many days after the invoice was due, and costs a fee in minor units."""

    level: int
    after_days: int
    fee_minor: int


@dataclass(frozen=True, slots=True)
class DunningFee(Posting):
    """What a reminder costs who did not pay: compensation, not the price of anything, so no tax is due on it."""

    kind = "dunning_fee"
    account_id: str
    minor: int

    def lines(self) -> tuple[Line, ...]:
        positive(self.minor, "minor")
        owed = line(Purpose.RECEIVABLE, self.minor, self.account_id)
        return owed, line(Purpose.REVENUE, -self.minor)


def rung_after(rungs: Sequence[Rung], level: int) -> Rung | None:
    """The next one up; None at the top. `rungs` by level; one that is not used is left out."""
    return next((rung for rung in rungs if rung.level > level), None)


def next_day(rungs: Sequence[Rung], due_on: date, level: int, taken_on: date | None) -> date | None:
    """The day from which the next level is taken; None at the top.

    Counted from the day the invoice was due. Between two levels lies at least what their days are apart, so that who is
    reminded late has as much time as everybody.
    """
    upper = rung_after(rungs, level)
    if upper is None:
        return None
    day = due_on + timedelta(days=upper.after_days)
    if taken_on is None:
        return day
    lower = next((rung.after_days for rung in rungs if rung.level == level), 0)
    return max(day, taken_on + timedelta(days=max(1, upper.after_days - lower)))
