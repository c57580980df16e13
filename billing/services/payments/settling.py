"""The end of a hold: the exact price is captured and the rest released, or all of it is released."""

from django.db import transaction as database

from billing.choices import CallKind, CallState, PaymentPurpose, PaymentWish
from billing.models import PaymentIntent
from chargers.models import Transaction
from cpms.core import audit
from cpms.core.actors import Actor

from .alarms import alarm
from .locking import locked, wake
from .opening import UID_PREFIX, PaymentRefused
from .starting import pass_end, release, session_of


class SettledOtherwise(Exception):
    """The payment was captured, or is being captured, for another price: correct it by a refund."""


def payment_of(transaction: Transaction) -> PaymentIntent | None:
    """The payment that a session was started on, if any."""
    known = PaymentIntent.objects.filter(transaction=transaction).first()
    if known is not None or not transaction.uid.startswith(UID_PREFIX):
        return known
    mine = PaymentIntent.objects.filter(organisation_id=transaction.organisation_id)
    return mine.filter(uid=transaction.uid, station_id=transaction.station_id).first()


@database.atomic
def session_settle(intent: PaymentIntent, gross_minor: int, currency: str) -> PaymentIntent:
    """The final price of the session is known: capture it, or release the hold when it is zero. Repeats are harmless.

    Raises ValueError for another currency or a price below zero, `SettledOtherwise` once another price is captured.
    """
    if currency != intent.currency or gross_minor < 0:
        raise ValueError(f"{gross_minor} {currency} cannot settle a payment in {intent.currency}")
    intent = locked(intent)
    if intent.settle_minor == gross_minor:
        return intent
    if _is_captured(intent):
        raise SettledOtherwise(f"{intent.public_id} is captured for {intent.settle_minor}, not {gross_minor}")
    intent.transaction = intent.transaction or session_of(intent)
    intent.settle_minor = gross_minor
    if intent.is_live:
        intent.wish = PaymentWish.CAPTURE
        wake(intent)
    elif gross_minor:
        alarm(intent, "uncollected", f"{gross_minor} {currency} are owed, but the hold is gone")
    pass_end(intent)
    intent.save()
    return intent


def _is_captured(intent: PaymentIntent) -> bool:
    asked = intent.calls.filter(kind=CallKind.CAPTURE, state__in=(CallState.SENT, CallState.DONE))
    return bool(intent.captured_minor) or asked.exists()


@database.atomic
def payment_release(intent: PaymentIntent, actor: Actor, why: str = "") -> PaymentIntent:
    """Release a hold by hand, or give up a payment that waits for its payer. Raises `PaymentRefused`."""
    intent = locked(intent)
    if intent.wish == PaymentWish.RELEASE:
        return intent
    if not intent.is_live or _is_captured(intent):
        raise PaymentRefused("nothing is held any more")
    if intent.purpose == PaymentPurpose.SESSION and (intent.settle_minor or _is_charging(intent)):
        raise PaymentRefused("a session is paid by this hold: stop the session, and its price is captured")
    release(intent, why or "released by hand")
    intent.save()
    audit.record(
        actor, "payment.released", organisation_id=intent.organisation_id, subject=intent.public_id,
        label=intent.public_id, reason=why,
    )  # fmt: skip
    return intent


def _is_charging(intent: PaymentIntent) -> bool:
    return intent.transaction_id is not None or session_of(intent) is not None
