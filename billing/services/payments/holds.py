"""Holds in time: charging stops before one is used up, and somebody is told before one lapses."""

from datetime import timedelta
from enum import StrEnum

from django.db import transaction as database
from django.db.models import QuerySet

from billing.choices import CallKind, CallState, PaymentState, PaymentWish, SpendingRule
from billing.models import PaymentIntent
from billing.payments.steps import is_running_out, is_used_up
from billing.providers import NoProvider, provider
from chargers.models import Transaction
from cpms.core import clock

from ..spending.stops import Reached, spending_stop
from .alarms import alarm
from .locking import locked, wake
from .starting import session_of

# Somebody is told when so much of a hold's window is over.
ALERT_AT_PERCENT = 80
_LOOKED_AT = 200


class Guard(StrEnum):
    """What a look at a running session came to."""

    FINE = "fine"
    RAISING = "raising"
    STOPPING = "stopping"


def hold_guard(
    intent: PaymentIntent, running_minor: int, next_interval_minor: int, margin_minor: int = 0
) -> Guard:
    """Look at the running price of a session: ask for a higher hold in time, or for charging to stop.

    `next_interval_minor` is what may be added before the next look. Each is asked for once.
    """
    held = intent.authorised_minor
    if is_used_up(held, running_minor, next_interval_minor, margin_minor):
        session = intent.transaction or session_of(intent)
        if session is not None:
            _stop(intent, session, Reached(SpendingRule.HOLD, held, running_minor, intent.currency))
        return Guard.STOPPING
    if is_running_out(held, running_minor) and _raise(intent):
        return Guard.RAISING
    return Guard.FINE


@database.atomic
def _stop(intent: PaymentIntent, session: Transaction, reached: Reached) -> None:
    """Ask the station to stop, once for each payment."""
    intent = locked(intent)
    if intent.stop_asked_at is not None:
        return
    intent.stop_asked_at, intent.transaction = clock.now(), intent.transaction or session
    spending_stop(session, reached, intent.account)
    alarm(intent, "stopped", f"the hold of {reached.left_minor} {intent.currency} is nearly used up")
    intent.save(update_fields=["stop_asked_at", "transaction"])


@database.atomic
def _raise(intent: PaymentIntent) -> bool:
    """Want half as much again, if the provider can and has not refused; whether it is wanted."""
    intent = locked(intent)
    if intent.requested_minor > intent.authorised_minor:
        return may_increment(intent)
    if not may_increment(intent) or intent.wish != PaymentWish.HOLD:
        return False
    intent.requested_minor = intent.authorised_minor + max(1, intent.authorised_minor // 2)
    wake(intent)
    intent.save()
    return True


def may_increment(intent: PaymentIntent) -> bool:
    """Whether the hold can be raised: the provider can, and no increment of it was refused."""
    refused = intent.calls.filter(kind=CallKind.INCREMENT, state=CallState.REFUSED)
    try:
        return provider(intent.provider).can_increment and not refused.exists()
    except NoProvider:
        return False


def holds_alert() -> int:
    """Raise an alarm, once, for each hold whose window is nearly over; how many there were."""
    return sum(_alert(intent) for intent in _held()[:_LOOKED_AT])


def _held() -> QuerySet[PaymentIntent]:
    held = PaymentIntent.objects.filter(state=PaymentState.AUTHORISED, alerted_at=None)
    return held.filter(expires_at__isnull=False, authorised_at__isnull=False).order_by("expires_at")


def _alert(intent: PaymentIntent) -> bool:
    assert intent.expires_at
    assert intent.authorised_at
    window = intent.expires_at - intent.authorised_at
    if clock.now() < intent.authorised_at + window * ALERT_AT_PERCENT / 100:
        return False
    with database.atomic():
        row = locked(intent)
        if row.alerted_at is not None or row.state != PaymentState.AUTHORISED:
            return False
        row.alerted_at = clock.now()
        row.save(update_fields=["alerted_at"])
        left = max(timedelta(0), intent.expires_at - clock.now())
        alarm(row, "expiring", f"the hold lapses in {left.total_seconds() / 3600:.0f} hours")
    return True
