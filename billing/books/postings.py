"""What each thing that happens to money does to the books: amounts in, lines out.

Each class is one row of the table in `docs/algorithms/ledger.md`. Amounts are positive minor units of one currency
unless said otherwise. An event that a wallet pays names how much of it: `resolved` fills that in, and what was filled
in is kept with the entry, so that the same facts always give the same lines, in whatever order they are told.
"""

from dataclasses import dataclass, replace
from typing import ClassVar, Self

from .chart import OF_AN_ACCOUNT, Purpose
from .lines import Amount, Line, line, split


class Impossible(ValueError):
    """Amounts that no event of this kind can have; the text names the field."""


def positive(minor: int, field: str) -> None:
    """Raises `Impossible` naming the field unless the amount is above zero."""
    if minor <= 0:
        raise Impossible(f"{field} must be positive, got {minor}")


def one_of(purpose: Purpose, allowed: frozenset[Purpose], field: str) -> None:
    """Raises `Impossible` naming the field unless the purpose is one of these."""
    if purpose not in allowed:
        raise Impossible(f"{field} must be one of {', '.join(sorted(allowed))}, got {purpose}")


@dataclass(frozen=True, slots=True)
class Posting:
    """Something that moves money. `lines` are its debits and credits; their sum is zero."""

    kind: ClassVar[str]

    def lines(self) -> tuple[Line, ...]:
        """Debits and credits; a line of zero says nothing and is left out by the ledger."""
        raise NotImplementedError

    @property
    def account(self) -> str:
        """The public id of the account it is about, empty when it is about none."""
        return str(getattr(self, "account_id", ""))


@dataclass(frozen=True, slots=True)
class PaidByWallet(Posting):
    """What a wallet pays as far as its money goes; the rest becomes a claim on the account.

    `wallet_minor` is None until the ledger knows what the wallet holds.
    """

    # Whether the wallet may fall below zero for it, as a session's price may.
    may_overshoot: ClassVar[bool] = True
    account_id: str
    amount: Amount
    wallet_minor: int | None = None

    def resolved(self, available_minor: int) -> Self:
        """The same with the part of the wallet filled in: what is available, at most all of it."""
        return replace(self, wallet_minor=max(0, min(self.amount.gross_minor, available_minor)))

    def debits(self) -> tuple[Line, ...]:
        """The wallet's part and the claim that is left."""
        paid = self.wallet_minor or 0
        return (
            line(Purpose.WALLET, paid, self.account_id),
            line(Purpose.RECEIVABLE, self.amount.gross_minor - paid, self.account_id),
        )


@dataclass(frozen=True, slots=True)
class FinalRating(PaidByWallet):
    """The final price of a session. `wallet_minor` 0 for accounts that pay later."""

    kind = "final_rating"

    def lines(self) -> tuple[Line, ...]:
        return (*self.debits(), *split(self.amount, Purpose.REVENUE, Purpose.OUTPUT_TAX, -1))


@dataclass(frozen=True, slots=True)
class TopUp(Posting):
    """Money captured by a provider for a wallet."""

    kind = "top_up"
    account_id: str
    provider: str
    minor: int

    def lines(self) -> tuple[Line, ...]:
        positive(self.minor, "minor")
        held = line(Purpose.CLEARING, self.minor, self.provider)
        return held, line(Purpose.WALLET, -self.minor, self.account_id)


@dataclass(frozen=True, slots=True)
class Capture(Posting):
    """Money captured by a provider for a claim: an ad hoc session, or an invoice paid by card."""

    kind = "capture"
    account_id: str
    provider: str
    minor: int

    def lines(self) -> tuple[Line, ...]:
        positive(self.minor, "minor")
        held = line(Purpose.CLEARING, self.minor, self.provider)
        return held, line(Purpose.RECEIVABLE, -self.minor, self.account_id)


@dataclass(frozen=True, slots=True)
class Payout(Posting):
    """A provider pays out what it holds and keeps its fee: `minor` is what leaves the clearing account."""

    kind = "payout"
    provider: str
    minor: int
    fee_minor: int

    def lines(self) -> tuple[Line, ...]:
        positive(self.minor, "minor")
        if not 0 <= self.fee_minor <= self.minor:
            raise Impossible(f"fee_minor must be from 0 to {self.minor}, got {self.fee_minor}")
        return (
            line(Purpose.BANK, self.minor - self.fee_minor),
            line(Purpose.FEES, self.fee_minor),
            line(Purpose.CLEARING, -self.minor, self.provider),
        )


@dataclass(frozen=True, slots=True)
class Refund(Posting):
    """A session, or a part of its price, given back to where it was paid from."""

    kind = "refund"
    account_id: str
    amount: Amount
    into: Purpose
    provider: str = ""

    def lines(self) -> tuple[Line, ...]:
        positive(self.amount.gross_minor, "amount")
        one_of(self.into, OF_AN_ACCOUNT | {Purpose.CLEARING}, "into")
        owner = self.provider if self.into == Purpose.CLEARING else self.account_id
        back = line(self.into, -self.amount.gross_minor, owner)
        return (*split(self.amount, Purpose.REVENUE, Purpose.OUTPUT_TAX, 1), back)


@dataclass(frozen=True, slots=True)
class PaymentRefund(Posting):
    """Money of a payment given back that was the price of nothing: out of a wallet, or paid beyond a claim."""

    kind = "payment_refund"
    account_id: str
    provider: str
    minor: int
    into: Purpose = Purpose.RECEIVABLE

    def lines(self) -> tuple[Line, ...]:
        positive(self.minor, "minor")
        one_of(self.into, OF_AN_ACCOUNT, "into")
        owed = line(self.into, self.minor, self.account_id)
        return owed, line(Purpose.CLEARING, -self.minor, self.provider)


@dataclass(frozen=True, slots=True)
class VoucherPaid(Posting):
    """A voucher pays: the price and its tax stay, marketing bears it."""

    kind = "voucher_paid"
    account_id: str
    minor: int
    into: Purpose = Purpose.RECEIVABLE

    def lines(self) -> tuple[Line, ...]:
        positive(self.minor, "minor")
        one_of(self.into, OF_AN_ACCOUNT, "into")
        return line(Purpose.MARKETING, self.minor), line(self.into, -self.minor, self.account_id)


@dataclass(frozen=True, slots=True)
class VoucherDiscount(Posting):
    """A voucher reduces the price before tax: revenue and tax go down with it."""

    kind = "voucher_discount"
    account_id: str
    amount: Amount
    into: Purpose = Purpose.RECEIVABLE

    def lines(self) -> tuple[Line, ...]:
        positive(self.amount.gross_minor, "amount")
        one_of(self.into, OF_AN_ACCOUNT, "into")
        back = line(self.into, -self.amount.gross_minor, self.account_id)
        return (*split(self.amount, Purpose.REVENUE, Purpose.OUTPUT_TAX, 1), back)


@dataclass(frozen=True, slots=True)
class SubscriptionFee(PaidByWallet):
    """A fee paid ahead: revenue only as its time passes, tax at once. `wallet_minor` 0 for accounts that pay later."""

    kind = "subscription_fee"
    may_overshoot = False

    def lines(self) -> tuple[Line, ...]:
        positive(self.amount.gross_minor, "amount")
        return (*self.debits(), *split(self.amount, Purpose.DEFERRED_REVENUE, Purpose.OUTPUT_TAX, -1))


@dataclass(frozen=True, slots=True)
class DeferredRelease(Posting):
    """A part of a fee paid ahead, earned."""

    kind = "deferred_release"
    minor: int

    def lines(self) -> tuple[Line, ...]:
        positive(self.minor, "minor")
        return line(Purpose.DEFERRED_REVENUE, self.minor), line(Purpose.REVENUE, -self.minor)


@dataclass(frozen=True, slots=True)
class HostShare(Posting):
    """The share of a site host, by self-billing; its tax is ours to deduct."""

    kind = "host_share"
    party_id: str
    amount: Amount

    def lines(self) -> tuple[Line, ...]:
        positive(self.amount.gross_minor, "amount")
        owed = line(Purpose.HOST_PAYABLE, -self.amount.gross_minor, self.party_id)
        return (*split(self.amount, Purpose.HOST_COST, Purpose.INPUT_TAX, 1), owed)
