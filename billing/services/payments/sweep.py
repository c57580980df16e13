"""Everything unfinished goes on: events that wait, payments that are due, holds that lapse, sessions nobody pays."""

import logging

from django.db import InterfaceError, OperationalError

from billing.models import PaymentIntent
from cpms.core import clock

from ..spending.watch import spending_watch
from .calls import payment_drive
from .card_entries import card_entries_follow
from .events import events_process
from .forgetting import methods_forget
from .holds import holds_alert
from .overpaid import overpaid_refund
from .sessions import sessions_settle
from .starting import unpaid_sessions_stop

logger = logging.getLogger(__name__)
_AT_ONCE = 200


def payments_sweep() -> int:
    """One round over everything that is due; how many steps were taken. Two at once do no harm."""
    card_entries_follow()
    methods_forget()
    steps = events_process() + sessions_settle() + overpaid_refund()
    due = PaymentIntent.objects.filter(next_attempt_at__lte=clock.now()).order_by("next_attempt_at")
    for key in list(due.values_list("pk", flat=True)[:_AT_ONCE]):
        steps += _drive(key)
    spending_watch()
    unpaid_sessions_stop()
    holds_alert()
    return steps


def _drive(key: int) -> int:
    """One payment that cannot go on never keeps the others from it."""
    try:
        return payment_drive(key)
    except (OperationalError, InterfaceError):
        # The database is away or in somebody's way: the next round goes on.
        raise
    except Exception:
        logger.exception("payment with key %s does not go on", key)
        return 0
