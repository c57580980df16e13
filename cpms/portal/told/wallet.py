"""What the pages of a wallet tell."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from billing.choices import PaymentState
from billing.choices.payments import ENDED_UNPAID
from billing.models import JournalLine, PaymentIntent
from billing.tariffs.numbers import money_text
from chargers.choices import AVAILABLE, FAULT, OFFLINE, WAITING

from .refusals import payment_failure


@dataclass(frozen=True, slots=True)
class Move:
    """Money into a wallet, or out of it: `+20.00 EUR`."""

    on: date
    what: str
    amount: str
    into: bool


def moves(lines: Iterable[JournalLine]) -> list[Move]:
    """Lines of a wallet as its owner sees them."""
    return [_move(line) for line in lines]


def _move(line: JournalLine) -> Move:
    minor = -line.amount_minor
    text = money_text(abs(minor), line.currency)
    return Move(line.entry.booked_on, _word(line.entry.kind), f"{'+' if minor > 0 else '-'}{text}", minor > 0)


def _word(kind: str) -> str:
    words = {
        "final_rating": _("Charging session"),
        "top_up": _("Top-up"),
        "bank_received": _("Bank transfer"),
        "bank_returned": _("Paid back by bank transfer"),
        "payment_refund": _("Paid back"),
        "refund": _("Refund of a session"),
        "subscription_fee": _("Subscription"),
        "voucher_paid": _("Voucher"),
        "voucher_discount": _("Voucher"),
        "dispute_recovered": _("Payment taken back by the bank"),
        "reversal": _("Correction"),
    }
    return words.get(kind, _("Other"))


@dataclass(frozen=True, slots=True)
class TopUpTold:
    """How far a top-up has come: the first word, its tone, what it means."""

    tone: str
    label: str
    meaning: str
    waits: bool = False
    refused: str = ""


def top_up(payment: PaymentIntent) -> TopUpTold:
    """The state of a top-up in a driver's words."""
    return payment_told(payment, _("%s are in your wallet."))


def payment_told(payment: PaymentIntent, done: str) -> TopUpTold:
    """The state of a payment at once in a driver's words; `done` says of an amount what it did."""
    amount = money_text(payment.requested_minor, payment.currency)
    if payment.state in ENDED_UNPAID:
        return TopUpTold(
            FAULT, _("Payment not accepted"), _("Nothing was taken. Try again, or with another card.")
        )
    if payment.state == PaymentState.NEW:
        return TopUpTold(WAITING, _("Asking your bank"), _("This takes a moment."), waits=True)
    if payment.state == PaymentState.NEEDS_ACTION:
        return TopUpTold(
            WAITING, _("Confirm your payment"), _("%s are not taken before you confirm.") % amount,
            refused=payment_failure(payment.failure),
        )  # fmt: skip
    if payment.state == PaymentState.REFUNDED:
        return TopUpTold(OFFLINE, _("Paid back"), _("%s are on the way back to your card.") % amount)
    if payment.state == PaymentState.DISPUTED:
        return TopUpTold(FAULT, _("Taken back"), _("Your bank takes this payment back."))
    return TopUpTold(AVAILABLE, _("Done"), done % amount)
