"""What the books refuse, as exceptions with words; the rules themselves are in the database."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import IntegrityError


class BooksRefuse(Exception):
    """Nothing was posted or issued; the text says why."""


class KeyConflict(BooksRefuse):
    """The idempotency key was used before, for something else."""


class PeriodClosed(BooksRefuse):
    """The month is closed; the text names month and entry."""


class Overdrawn(BooksRefuse):
    """A wallet would fall further below zero than its account allows."""


class DoesNotAddUp(BooksRefuse):
    """The lines of an entry do not sum to zero, or do not mirror what they take back."""


class Frozen(BooksRefuse):
    """Something posted or issued would change."""


class NotReversible(BooksRefuse):
    """An entry that cannot be taken back by itself."""


class OverCredited(BooksRefuse):
    """More would be refunded or credited than was charged or invoiced."""


class SeriesBroken(BooksRefuse):
    """A number would be left out or given out twice."""


_BY_RULE: dict[str, type[BooksRefuse]] = {
    "posting_period_open": PeriodClosed,
    "ledger_balance_below_ceiling": Overdrawn,
    "journal_entry_adds_up": DoesNotAddUp,
    "journal_entry_mirrors": DoesNotAddUp,
    "journal_line_currency": DoesNotAddUp,
    "journal_line_organisation": DoesNotAddUp,
    "books_are_frozen": Frozen,
    "invoice_is_frozen": Frozen,
    "settlement_is_frozen": Frozen,
    "invoice_series_frozen": Frozen,
    "charge_refunded_at_most_once": OverCredited,
    "invoice_credited_at_most_once": OverCredited,
    "invoice_series_gapless": SeriesBroken,
    "invoice_number_unique": SeriesBroken,
}


@contextmanager
def refusals() -> Iterator[None]:
    """Turns a rule that the database upheld into its exception; put it around the transaction."""
    try:
        yield
    except IntegrityError as error:
        diagnosis = getattr(error.__cause__, "diag", None)
        rule = _BY_RULE.get(getattr(diagnosis, "constraint_name", None) or "")
        if rule is None:
            raise
        raise rule(diagnosis.message_primary if diagnosis else str(error)) from error
