"""What is due for a payment, and when to look at it next."""

from datetime import datetime, timedelta

from django.conf import settings

from billing.choices import (
    CallKind,
    CallState,
    PaymentPurpose,
    PaymentState,
    PaymentWish,
    RefundState,
)
from billing.models import PaymentIntent, Refund
from billing.payments.steps import Facts, Step, next_step
from cpms.core import clock

from .holds import may_increment
from .starting import is_starting, release

# How often a payment is looked at without being told: webhooks are quicker, but may be lost.
_STARTING = timedelta(seconds=2)
_WAITING = timedelta(seconds=20)
_HELD = timedelta(hours=1)
# A request that was given up may still reach the provider.
_GHOST = timedelta(minutes=10)


def step_of(intent: PaymentIntent) -> Step | None:
    """The call that is due."""
    return next_step(_facts(intent))


def _facts(intent: PaymentIntent) -> Facts:
    done = {(call.kind, call.state) for call in intent.calls.all()}
    # A payment that failed is closed at the provider once; it may be closed there already.
    asked = (CallState.DONE, CallState.REFUSED) if intent.state == PaymentState.FAILED else (CallState.DONE,)
    is_closed = any((CallKind.CANCEL, state) in done for state in asked)
    needs_raise = max(intent.requested_minor, intent.settle_minor or 0) > intent.authorised_minor > 0
    return Facts(
        state=PaymentState(intent.state), wish=PaymentWish(intent.wish), wanted_minor=intent.requested_minor,
        settle_minor=intent.settle_minor, authorised_minor=intent.authorised_minor,
        at_once=intent.purpose != PaymentPurpose.SESSION, may_increment=needs_raise and may_increment(intent),
        known_to_provider=bool(intent.known_as) and not is_closed,
    )  # fmt: skip


def refund_to_make(intent: PaymentIntent) -> Refund | None:
    """The oldest refund nobody was asked for yet."""
    return intent.refunds.filter(state=RefundState.NEW, calls=None).order_by("id").first()


def give_up_waiting(intent: PaymentIntent) -> None:
    """A payer who does not finish has until then; saved by the caller."""
    until = intent.created_at + timedelta(minutes=settings.PAYMENT_ACTION_MINUTES)
    waits = intent.state == PaymentState.NEEDS_ACTION and intent.wish != PaymentWish.RELEASE
    if waits and clock.now() >= until:
        release(intent, "the payer did not finish the payment")


def is_watched(intent: PaymentIntent) -> bool:
    """Whether something may happen to it at the provider that we would have to know."""
    if _is_ghost(intent) or _is_told(intent):
        return True
    if not intent.known_as or is_starting(intent):
        return False
    return intent.is_live or _has_pending_refund(intent)


def _is_told(intent: PaymentIntent) -> bool:
    """Whether an event came that nobody has looked into."""
    return intent.events.filter(processed_at=None).exists()


def _is_ghost(intent: PaymentIntent) -> bool:
    gone = intent.state == PaymentState.FAILED and not intent.known_as
    return gone and intent.calls.filter(state=CallState.DROPPED).exists()


def _has_pending_refund(intent: PaymentIntent) -> bool:
    return intent.refunds.filter(state=RefundState.PENDING).exists()


def due_again(intent: PaymentIntent) -> datetime | None:
    """When to look next; None when nothing is left to do."""
    now = clock.now()
    if step_of(intent) is not None or refund_to_make(intent) is not None or _is_told(intent):
        return now
    if is_starting(intent):
        return now + _STARTING
    if intent.state in (PaymentState.NEW, PaymentState.NEEDS_ACTION):
        return now + _WAITING if intent.known_as else now
    if _is_ghost(intent):
        return now + _GHOST if now < intent.created_at + 2 * _GHOST else None
    return now + _HELD if intent.is_live or _has_pending_refund(intent) else None
