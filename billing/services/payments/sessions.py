"""Sessions that ran on a hold: their final price settles it."""

import logging
from typing import Any, cast

from billing.choices import PaymentPurpose, RatingState
from billing.models import PaymentIntent, Rating

from .settling import SettledOtherwise, session_settle

logger = logging.getLogger(__name__)
_AT_ONCE = 200


def sessions_settle() -> int:
    """Settle the holds whose sessions have a final price, or no tariff and so none; how many there were."""
    rated = Rating.objects.filter(
        state__in=(RatingState.FINAL, RatingState.UNPRICED),
        transaction__payment__settle_minor=None,
        transaction__payment__purpose=PaymentPurpose.SESSION,
    )
    return sum(map(_settle, rated.select_related("transaction__payment")[:_AT_ONCE]))


def _settle(rating: Rating) -> bool:
    intent = _paid_by(rating)
    try:
        session_settle(intent, max(0, rating.gross_minor or 0), rating.currency or intent.currency)
    except (SettledOtherwise, ValueError):
        logger.exception("payment %s cannot be settled by rating %s", intent.public_id, rating.public_id)
        return False
    return True


def _paid_by(rating: Rating) -> PaymentIntent:
    """The payment of a session that has one."""
    # The reverse of a relation from here to `chargers`, which type checkers see or not by the order of their work.
    intent: PaymentIntent = cast(Any, rating.transaction).payment
    return intent
