"""Money that comes and goes by bank transfer, without a payment provider in between."""

from dataclasses import dataclass

from .chart import OF_AN_ACCOUNT, Purpose
from .lines import Line, line
from .postings import Posting, one_of, positive


@dataclass(frozen=True, slots=True)
class BankReceived(Posting):
    """A bank transfer came in: into the wallet of the account, or against what it owes."""

    kind = "bank_received"
    account_id: str
    minor: int
    into: Purpose

    def lines(self) -> tuple[Line, ...]:
        positive(self.minor, "minor")
        one_of(self.into, OF_AN_ACCOUNT, "into")
        return line(Purpose.BANK, self.minor), line(self.into, -self.minor, self.account_id)


@dataclass(frozen=True, slots=True)
class BankReturned(Posting):
    """Money of a wallet, or paid beyond a claim, went back to its owner by bank transfer."""

    kind = "bank_returned"
    account_id: str
    minor: int
    into: Purpose

    def lines(self) -> tuple[Line, ...]:
        positive(self.minor, "minor")
        one_of(self.into, OF_AN_ACCOUNT, "into")
        return line(self.into, self.minor, self.account_id), line(Purpose.BANK, -self.minor)
