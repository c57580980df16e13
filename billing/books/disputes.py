"""What a disputed payment does to the books, from the bank's claim to its end."""

from dataclasses import dataclass

from .chart import Purpose
from .lines import Line, line
from .postings import PaidByWallet, Posting, positive


@dataclass(frozen=True, slots=True)
class Chargeback(Posting):
    """A provider takes a disputed payment back."""

    kind = "chargeback"
    provider: str
    minor: int

    def lines(self) -> tuple[Line, ...]:
        positive(self.minor, "minor")
        return line(Purpose.DISPUTES, self.minor), line(Purpose.CLEARING, -self.minor, self.provider)


@dataclass(frozen=True, slots=True)
class DisputeWon(Posting):
    """The provider gives a disputed payment back."""

    kind = "dispute_won"
    provider: str
    minor: int

    def lines(self) -> tuple[Line, ...]:
        positive(self.minor, "minor")
        return line(Purpose.CLEARING, self.minor, self.provider), line(Purpose.DISPUTES, -self.minor)


@dataclass(frozen=True, slots=True)
class DisputeLost(Posting):
    """A disputed payment is gone, and nobody owes it."""

    kind = "dispute_lost"
    minor: int

    def lines(self) -> tuple[Line, ...]:
        positive(self.minor, "minor")
        return line(Purpose.DISPUTE_LOSS, self.minor), line(Purpose.DISPUTES, -self.minor)


@dataclass(frozen=True, slots=True)
class DisputeRecovered(PaidByWallet):
    """A disputed payment is claimed from the account: its wallet first. The amount has no tax parts."""

    kind = "dispute_recovered"

    def lines(self) -> tuple[Line, ...]:
        positive(self.amount.gross_minor, "amount")
        return (*self.debits(), line(Purpose.DISPUTES, -self.amount.gross_minor))
