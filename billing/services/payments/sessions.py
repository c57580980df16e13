"""Sessions that run on a hold: their final price settles it, their running price is watched."""

import logging
from datetime import timedelta
from math import ceil
from typing import Any, cast

from billing.choices import PaymentPurpose, PaymentState, RatingState
from billing.models import PaymentIntent, Rating
from chargers.choices import OPEN_STATES
from cpms.core import clock

from .holds import hold_guard
from .settling import SettledOtherwise, session_settle

logger = logging.getLogger(__name__)
_AT_ONCE = 200
# A price is looked at again, and a station that is asked stops, within this.
_NEXT_LOOK = timedelta(minutes=2)
_SHORTEST = timedelta(minutes=1)


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


def sessions_watch() -> int:
    """Compare the running price of each session with its hold; how many were looked at."""
    running = Rating.objects.filter(
        state=RatingState.ESTIMATE, transaction__state__in=OPEN_STATES, gross_minor__gt=0,
        transaction__payment__state=PaymentState.AUTHORISED, transaction__payment__stop_asked_at=None,
    )  # fmt: skip
    looked_at = running.select_related("transaction__payment__transaction")[:_AT_ONCE]
    for rating in looked_at:
        hold_guard(_paid_by(rating), rating.gross_minor or 0, _next_minor(rating))
    return len(looked_at)


def _next_minor(rating: Rating) -> int:
    """What the time since the last reading and until the next look may add, at the speed of the session so far."""
    so_far = max(_SHORTEST, rating.ended_at - rating.transaction.started_at)
    ahead = max(timedelta(0), clock.now() - rating.ended_at) + _NEXT_LOOK
    return ceil((rating.gross_minor or 0) * (ahead / so_far))
