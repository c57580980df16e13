"""What happens to money, one function for each row of the table in `docs/algorithms/ledger.md`.

Each names its event the way its source does (`reference`: the provider's id of a capture, the public id of a
settlement), so that telling it again changes nothing. All return the entry and raise what `ledger.entry_post` raises.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from billing.books.chart import Purpose
from billing.books.disputes import Chargeback, DisputeLost, DisputeRecovered, DisputeWon
from billing.books.lines import Amount, amount
from billing.books.postings import (
    Capture,
    DeferredRelease,
    HostShare,
    PaymentRefund,
    Payout,
    Posting,
    SubscriptionFee,
    TopUp,
    VoucherDiscount,
    VoucherPaid,
)
from billing.models import Account, JournalEntry, Party

from .ledger import Heading, entry_post


@dataclass(frozen=True, slots=True)
class Told:
    """When something happened and what its source calls it; `source` is the public id of what it is about."""

    at: datetime
    reference: str
    source: str = ""
    booked_on: date | None = None


def _post(
    organisation_id: int, currency: str, posting: Posting, told: Told, cost_centre: str = ""
) -> JournalEntry:
    key = f"{posting.kind}:{told.reference}"
    heading = Heading(key, currency, told.at, told.source, told.booked_on, cost_centre)
    return entry_post(organisation_id, posting, heading)


def _of(account: Account, posting: Posting, told: Told) -> JournalEntry:
    return _post(account.organisation_id, account.currency, posting, told, account.cost_centre)


def top_up_captured(account: Account, provider: str, minor: int, told: Told) -> JournalEntry:
    """A provider captured money for a wallet."""
    return _of(account, TopUp(account.public_id, provider, minor), told)


def payment_captured(account: Account, provider: str, minor: int, told: Told) -> JournalEntry:
    """A provider captured money for a claim: an ad hoc session or an invoice."""
    return _of(account, Capture(account.public_id, provider, minor), told)


def payment_refunded(account: Account, provider: str, minor: int, told: Told) -> JournalEntry:
    """Money of a payment is given back that is the price of no session: out of the wallet, or paid too much."""
    return _of(account, PaymentRefund(account.public_id, provider, minor, _into(account)), told)


def payout_received(
    organisation_id: int, currency: str, provider: str, minor: int, fee_minor: int, told: Told
) -> JournalEntry:
    """A provider paid out; `minor` is what it took from the clearing account, its fee included."""
    return _post(organisation_id, currency, Payout(provider, minor, fee_minor), told)


def voucher_used(account: Account, minor: int, told: Told) -> JournalEntry:
    """A voucher that stands for money paid: into the wallet if there is one, else against the claim."""
    return _of(account, VoucherPaid(account.public_id, minor, _into(account)), told)


def voucher_discounted(account: Account, reduction: Amount, told: Told) -> JournalEntry:
    """A voucher that reduces the price, tax included."""
    return _of(account, VoucherDiscount(account.public_id, reduction, _into(account)), told)


def _into(account: Account) -> Purpose:
    return Purpose.WALLET if account.has_wallet else Purpose.RECEIVABLE


def subscription_charged(account: Account, fee: Amount, told: Told) -> JournalEntry:
    """A fee paid ahead was charged, to the wallet as far as it goes; `fee_released` earns it."""
    pays_at_once = None if account.has_wallet else 0
    return _of(account, SubscriptionFee(account.public_id, fee, pays_at_once), told)


def fee_released(account: Account, minor: int, told: Told) -> JournalEntry:
    """A part of a fee paid ahead is earned."""
    return _of(account, DeferredRelease(minor), told)


@transaction.atomic
def subscription_charged_by_month(
    account: Account, fee: Amount, told: Told, months: list[date]
) -> list[JournalEntry]:
    """A fee and its releases, one on the day given for each month; the fee first, all or none."""
    entries = [subscription_charged(account, fee, told)]
    for number, (day, minor) in enumerate(zip(months, shares(fee.net_minor, len(months)), strict=True), 1):
        if minor:
            release = Told(told.at, f"{told.reference}:{number}", told.source, day)
            entries.append(fee_released(account, minor, release))
    return entries


def shares(minor: int, count: int) -> Iterator[int]:
    """So many whole parts that add up to the amount, none differing by more than one: 100 in 3 is 33, 33, 34."""
    return (minor * (n + 1) // count - minor * n // count for n in range(count))


def host_share_settled(party: Party, currency: str, share: Amount, told: Told) -> JournalEntry:
    """A site host's share of a period, by self-billing."""
    return _post(party.organisation_id, currency, HostShare(party.public_id, share), told)


def payment_disputed(
    organisation_id: int, currency: str, provider: str, minor: int, told: Told
) -> JournalEntry:
    """A provider took a disputed payment back."""
    return _post(organisation_id, currency, Chargeback(provider, minor), told)


def dispute_won(organisation_id: int, currency: str, provider: str, minor: int, told: Told) -> JournalEntry:
    """The provider gave a disputed payment back."""
    return _post(organisation_id, currency, DisputeWon(provider, minor), told)


def dispute_lost(organisation_id: int, currency: str, minor: int, told: Told) -> JournalEntry:
    """A disputed payment is lost, and nobody owes it."""
    return _post(organisation_id, currency, DisputeLost(minor), told)


def dispute_claimed(account: Account, minor: int, told: Told) -> JournalEntry:
    """A lost dispute is claimed from the account, its wallet first."""
    pays_at_once = None if account.has_wallet else 0
    return _of(account, DisputeRecovered(account.public_id, amount(minor), pays_at_once), told)
