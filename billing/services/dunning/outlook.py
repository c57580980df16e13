"""Where a case stands now: what is open of its invoice, which level comes next and when."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from billing.books.dunning import Rung, next_day, rung_after
from billing.choices import DunningLevel, DunningState
from billing.models import DunningCase
from billing.services.invoicing.open_items import open_items_of

from .rules import rules_of


@dataclass(frozen=True, slots=True)
class Outlook:
    """A case as the books stand: `open_minor` of its invoice; the next level and its day while it runs."""

    case: DunningCase
    open_minor: int
    days_overdue: int
    next_level: DunningLevel | None
    next_on: date | None
    next_fee_minor: int


def outlooks(cases: Iterable[DunningCase]) -> list[Outlook]:
    """The same cases, in their order."""
    return [outlook(case) for case in cases]


def outlook(case: DunningCase) -> Outlook:
    """Where one case stands."""
    rules = rules_of(case.organisation)
    items = open_items_of(case.account)
    item = next((one for one in items if one.invoice.pk == case.invoice_id), None)
    upper, day = _next(case, rules.rungs) if item else (None, None)
    return Outlook(
        case, item.open_minor if item else 0, item.days_overdue if item else 0,
        DunningLevel(upper.level) if upper else None, day if rules.is_active else None,
        upper.fee_minor if upper else 0,
    )  # fmt: skip


def _next(case: DunningCase, rungs: list[Rung]) -> tuple[Rung | None, date | None]:
    if case.state != DunningState.RUNNING or case.invoice.due_on is None:
        return None, None
    return rung_after(rungs, case.level), next_day(rungs, case.invoice.due_on, case.level, case.taken_on)
