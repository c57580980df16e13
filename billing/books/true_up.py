"""Bringing the books to what an invoice says of many sessions together."""

from dataclasses import dataclass

from .chart import Purpose
from .lines import Amount, Line, line, split, sum_minor
from .postings import Impossible, Posting


@dataclass(frozen=True, slots=True)
class InvoiceTrueUp(Posting):
    """Net and taxes of an invoice less those its sessions were posted with, and the invoice's rounding amount.

    The parts may be negative and add up to zero: what the customer owes does not change.
    """

    kind = "invoice_true_up"
    amount: Amount
    rounding_minor: int

    def lines(self) -> tuple[Line, ...]:
        rest = line(Purpose.ROUNDING, -self.rounding_minor)
        moved = (*split(self.amount, Purpose.REVENUE, Purpose.OUTPUT_TAX, -1), rest)
        if sum_minor(moved):
            raise Impossible(f"amount and rounding_minor must add up to 0, got {-sum_minor(moved)}")
        return moved
