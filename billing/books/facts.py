"""Postings as JSON facts and back: what the ledger keeps of an event is enough to compose its lines again."""

import hashlib
import json
from dataclasses import asdict, fields
from typing import Any

from . import bank, disputes, dunning, hosts, postings, true_up
from .chart import Purpose
from .lines import Amount, Part
from .postings import PaidByWallet, Posting

POSTINGS: dict[str, type[Posting]] = {
    each.kind: each
    for each in (
        postings.FinalRating, postings.TopUp, postings.Capture, postings.Payout, postings.Refund,
        postings.PaymentRefund, postings.VoucherPaid, postings.VoucherDiscount, postings.SubscriptionFee,
        postings.DeferredRelease, postings.HostShare, disputes.Chargeback, disputes.DisputeWon, disputes.DisputeLost,
        disputes.DisputeRecovered, true_up.InvoiceTrueUp, bank.BankReceived, bank.BankReturned,
        hosts.HostShareBack, hosts.HostPaid, hosts.HostPaidBack, dunning.DunningFee,
    )
}  # fmt: skip
TITLES: dict[str, str] = {
    "final_rating": "Final price of a session",
    "top_up": "Top-up of a wallet",
    "capture": "Payment captured",
    "payout": "Payout by a provider",
    "refund": "Refund",
    "payment_refund": "Money of a payment given back",
    "voucher_paid": "Voucher used as payment",
    "voucher_discount": "Voucher as a discount",
    "subscription_fee": "Subscription fee",
    "deferred_release": "Part of a fee earned",
    "host_share": "Share of a site host",
    "host_share_back": "Share of a site host taken back",
    "host_paid": "Site host paid",
    "host_paid_back": "Site host paid back",
    "chargeback": "Payment disputed",
    "dispute_won": "Dispute won",
    "dispute_lost": "Dispute lost",
    "dispute_recovered": "Disputed payment claimed",
    "invoice_true_up": "Rounding of an invoice",
    "bank_received": "Bank transfer received",
    "bank_returned": "Money returned by bank transfer",
    "dunning_fee": "Fee of a reminder",
}


def facts_of(posting: Posting) -> dict[str, Any]:
    """The fields of a posting as JSON values."""
    return asdict(posting)


def posting_of(kind: str, facts: dict[str, Any]) -> Posting:
    """The posting these facts were made of. KeyError for an unknown kind or a field that is missing."""
    made = POSTINGS[kind]
    return made(**{field.name: _value(field.name, facts[field.name]) for field in fields(made)})


def amount_of(value: dict[str, Any]) -> Amount:
    """The amount of `{"parts": [{"net_minor": 0, "tax_minor": 0, "tax_code": "DE-19"}]}`; nothing when empty."""
    return Amount(tuple(Part(**part) for part in value.get("parts", ())))


def _value(name: str, value: Any) -> Any:
    if name == "amount":
        return amount_of(value)
    return Purpose(value) if name == "into" else value


def digest(posting: Posting, **envelope: str) -> str:
    """SHA-256 over what was asked for: the same request always has the same, whatever the wallet held meanwhile."""
    asked = facts_of(posting)
    if isinstance(posting, PaidByWallet):
        # Asked for is only whether a wallet is to pay at all; how much it can is known later.
        asked["wallet_minor"] = posting.wallet_minor is None or posting.wallet_minor > 0
    content = json.dumps({"kind": posting.kind, **envelope, "facts": asked}, sort_keys=True)
    return hashlib.sha256(content.encode()).hexdigest()
