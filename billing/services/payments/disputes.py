"""A payer's bank takes a payment back: booked when it opens, and again when it is decided."""

from collections.abc import Iterable

from billing.choices import BillingMode, DisputeState
from billing.models import PaymentDispute, PaymentIntent
from billing.payments.interface import DisputeSeen
from cpms.core import clock

from ..books.postings import Told, dispute_claimed, dispute_lost, dispute_won, payment_disputed
from .alarms import alarm


def disputes_seen(intent: PaymentIntent, seen: Iterable[DisputeSeen]) -> None:
    """Take in the disputes a provider has of a locked payment."""
    for each in seen:
        dispute = intent.disputes.filter(provider_ref=each.ref).first() or _opened(intent, each)
        if dispute.state == DisputeState.OPEN and each.state != DisputeState.OPEN:
            _decided(intent, dispute, each.state)


def _opened(intent: PaymentIntent, seen: DisputeSeen) -> PaymentDispute:
    dispute = PaymentDispute.objects.create(
        intent=intent, provider_ref=seen.ref, amount_minor=seen.minor, opened_at=clock.now()
    )
    payment_disputed(
        intent.organisation_id, intent.currency, intent.provider, seen.minor, _told(intent, dispute)
    )
    alarm(intent, "disputed", f"the payer's bank takes {seen.minor} {intent.currency} back")
    return dispute


def _decided(intent: PaymentIntent, dispute: PaymentDispute, state: DisputeState) -> None:
    dispute.state, dispute.closed_at = state, clock.now()
    dispute.save()
    told, minor = _told(intent, dispute), dispute.amount_minor
    if state == DisputeState.WON:
        dispute_won(intent.organisation_id, intent.currency, intent.provider, minor, told)
    elif intent.account is None or intent.account.billing_mode == BillingMode.AD_HOC:
        # Guests cannot be asked again.
        dispute_lost(intent.organisation_id, intent.currency, minor, told)
    else:
        dispute_claimed(intent.account, minor, told)


def _told(intent: PaymentIntent, dispute: PaymentDispute) -> Told:
    return Told(clock.now(), dispute.public_id, intent.public_id)
