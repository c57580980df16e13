"""What is owed to site hosts, and what they are paid."""

from dataclasses import dataclass

from .chart import Purpose
from .lines import Amount, Line, line, split
from .postings import Posting, positive


@dataclass(frozen=True, slots=True)
class HostShareBack(Posting):
    """A share below zero: corrections of earlier months took more than the month brought."""

    kind = "host_share_back"
    party_id: str
    amount: Amount

    def lines(self) -> tuple[Line, ...]:
        positive(self.amount.gross_minor, "amount")
        owed = line(Purpose.HOST_PAYABLE, self.amount.gross_minor, self.party_id)
        return (owed, *split(self.amount, Purpose.HOST_COST, Purpose.INPUT_TAX, -1))


@dataclass(frozen=True, slots=True)
class HostPaid(Posting):
    """A share went to its host by bank transfer."""

    kind = "host_paid"
    party_id: str
    minor: int

    def lines(self) -> tuple[Line, ...]:
        positive(self.minor, "minor")
        return line(Purpose.HOST_PAYABLE, self.minor, self.party_id), line(Purpose.BANK, -self.minor)


@dataclass(frozen=True, slots=True)
class HostPaidBack(Posting):
    """A share below zero came back from its host by bank transfer."""

    kind = "host_paid_back"
    party_id: str
    minor: int

    def lines(self) -> tuple[Line, ...]:
        positive(self.minor, "minor")
        return line(Purpose.BANK, self.minor), line(Purpose.HOST_PAYABLE, -self.minor, self.party_id)
