"""Prices that were corrected down after they were captured: the difference goes back to the payer by itself."""

import logging

from django.db import transaction
from django.db.models import F, QuerySet

from billing.choices import PaymentPurpose, PaymentState, RefundState
from billing.models import PaymentIntent
from cpms.core.actors import Actor

from ..books.refusals import BooksRefuse
from .locking import locked
from .opening import PaymentRefused
from .refunds import charge_of, refund_open

logger = logging.getLogger(__name__)
REASON = "the price was corrected"
_CORRECTIONS = Actor("price correction")
_AT_ONCE = 200


def overpaid_refund() -> int:
    """Ask for a refund of what was captured beyond the price as it stands; how many were asked for.

    What failed once is left to a person: it is an alarm already, and the payer's bank would say no again.
    """
    return sum(refund_due(intent) for intent in _overpaid()[:_AT_ONCE])


def _overpaid() -> QuerySet[PaymentIntent]:
    price = F("transaction__charge__gross_minor") - F("transaction__charge__refunded_minor")
    rows = PaymentIntent.objects.filter(
        purpose=PaymentPurpose.SESSION, state=PaymentState.CAPTURED, transaction__charge__account=F("account"),
        transaction__charge__attempt__gt=1, captured_minor__gt=F("refunded_minor") + price,
    )  # fmt: skip
    tried = rows.filter(refunds__state=RefundState.FAILED, refunds__reason=REASON)
    return rows.exclude(pk__in=tried.values("pk")).order_by("id")


def refund_due(intent: PaymentIntent) -> bool:
    """Give back what is beyond the price of one payment; whether anything was."""
    try:
        return _refund_once(intent)
    except (PaymentRefused, BooksRefuse):
        logger.exception("payment %s: what is beyond its price is not given back", intent.public_id)
        return False


@transaction.atomic
def _refund_once(intent: PaymentIntent) -> bool:
    # Looked at again under the lock: of two rounds at once the second finds nothing left.
    intent = locked(intent)
    charge = charge_of(intent)
    if charge is None:
        return False
    over = intent.refundable_minor - (charge.gross_minor - charge.refunded_minor)
    if over <= 0:
        return False
    refund_open(intent, over, REASON, _CORRECTIONS)
    return True
