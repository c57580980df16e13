"""Giving captured money back: booked first, then asked for, taken back in the books when it fails."""

from collections.abc import Iterable

from django.db import transaction

from billing.books.lines import Amount, Part
from billing.choices import DisputeState, RefundState
from billing.models import PaymentIntent, Refund, SessionCharge
from billing.payments.interface import RefundSeen
from cpms.core import audit, clock
from cpms.core.actors import Actor

from ..books.charges import refund_take_back, refundable, session_refund
from ..books.ledger import entry_reverse
from ..books.postings import Told, payment_refunded
from .alarms import alarm
from .locking import locked, wake
from .opening import PaymentRefused

_RANK = {RefundState.NEW: 0, RefundState.PENDING: 1, RefundState.DONE: 2, RefundState.FAILED: 3}
_ELSEWHERE = "made at the provider"


@transaction.atomic
def refund_open(intent: PaymentIntent, minor: int, reason: str, actor: Actor) -> Refund:
    """Give so much of a payment back. Raises `PaymentRefused`, and what the books refuse (`BooksRefuse`)."""
    intent = locked(intent)
    if not 0 < minor <= intent.refundable_minor:
        raise PaymentRefused(f"between 1 and {intent.refundable_minor} can be given back, not {minor}")
    if intent.disputes.exclude(state=DisputeState.WON).exists():
        raise PaymentRefused("the payment is disputed: the bank decides about its money")
    refund = Refund(intent=intent, amount_minor=minor, reason=reason[:255], actor_label=_who(actor))
    _book(intent, refund)
    wake(intent)
    intent.save()
    audit.record(
        actor, "payment.refund_asked", organisation_id=intent.organisation_id, subject=intent.public_id,
        label=intent.public_id, minor=minor, currency=intent.currency, reason=reason[:255],
    )  # fmt: skip
    return refund


def _who(actor: Actor) -> str:
    return f"{actor.source}: {actor.label}"[:160]


def _book(intent: PaymentIntent, refund: Refund) -> None:
    """What was paid beyond the price goes back first, then a part of the price with its tax. Saves the refund."""
    charge = charge_of(intent)
    left = charge.gross_minor - charge.refunded_minor if charge else 0
    surplus = min(refund.amount_minor, max(0, intent.refundable_minor - left))
    of_price = refund.amount_minor - surplus
    told = Told(clock.now(), refund.public_id, intent.public_id)
    if charge is not None and of_price:
        part = share(refundable(charge), of_price)
        refund.entry = session_refund(charge, part, told, provider=intent.provider)
    if surplus:
        assert intent.account is not None
        refund.surplus_entry = payment_refunded(intent.account, intent.provider, surplus, told)
    refund.save()
    intent.refunded_minor += refund.amount_minor


def charge_of(intent: PaymentIntent) -> SessionCharge | None:
    """The price of the session that the payment paid."""
    if intent.transaction is None or intent.account is None:
        return None
    return SessionCharge.objects.filter(transaction=intent.transaction, account=intent.account).first()


def share(whole: Amount, minor: int) -> Amount:
    """So much of an amount, net and tax of each rate in proportion: 119 of 1000 + 190 is 100 + 19."""
    pieces = [value for part in whole.parts for value in (part.net_minor, part.tax_minor)]
    floors = [piece * minor // whole.gross_minor for piece in pieces]
    largest = sorted(
        range(len(pieces)), key=lambda i: floors[i] * whole.gross_minor - pieces[i] * minor
    )  # fmt: skip
    for i in largest[: minor - sum(floors)]:
        floors[i] += 1
    return Amount(
        tuple(Part(floors[2 * i], floors[2 * i + 1], part.tax_code) for i, part in enumerate(whole.parts))
    )


def refunds_seen(intent: PaymentIntent, seen: Iterable[RefundSeen]) -> None:
    """Take in the refunds a provider has of a locked payment, those made there too."""
    for each in seen:
        refund = _ours(intent, each)
        if refund is not None:
            refund.provider_ref = refund.provider_ref or each.ref
            refund_moved(intent, refund, each.state)


def _ours(intent: PaymentIntent, seen: RefundSeen) -> Refund | None:
    rows = intent.refunds.all()
    known = rows.filter(public_id=seen.ours).first() if seen.ours else None
    known = known or rows.filter(provider_ref=seen.ref).first()
    if known is not None or seen.state == RefundState.FAILED:
        return known
    if seen.minor > intent.refundable_minor:
        alarm(intent, "stuck", f"{seen.minor} were given back at the provider, beyond what is left")
        return None
    refund = Refund(
        intent=intent, amount_minor=seen.minor, reason=_ELSEWHERE, actor_label=intent.provider,
        provider_ref=seen.ref,
    )  # fmt: skip
    _book(intent, refund)
    return refund


def refund_moved(intent: PaymentIntent, refund: Refund, state: RefundState) -> None:
    """A refund of a locked payment went on; one that failed is taken back in the books and may be made again."""
    if _RANK[state] > _RANK[RefundState(refund.state)]:
        refund.state = state
        if state == RefundState.FAILED:
            _take_back(intent, refund)
    refund.save()


def _take_back(intent: PaymentIntent, refund: Refund) -> None:
    told, why = Told(clock.now(), refund.public_id, intent.public_id), "the provider did not pay it out"
    charge = charge_of(intent)
    if refund.entry is not None and charge is not None:
        refund_take_back(charge, refund.entry, told, why)
    if refund.surplus_entry is not None:
        entry_reverse(refund.surplus_entry, told.at, why)
    intent.refunded_minor -= refund.amount_minor
