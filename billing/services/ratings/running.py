"""The cost so far of sessions that run: made again when a new reading is there, at most once each round."""

import logging
from datetime import timedelta

from django.db import IntegrityError, transaction
from django.db.models import DateTimeField, Exists, F, OuterRef, Q, QuerySet, Subquery

from billing.choices import OUTCOMES, RatingState
from billing.models import Rating
from chargers.choices import OPEN_STATES
from chargers.models import MeterValue, Transaction
from cpms.core import live

from .agreements import agreement_for
from .rows import rating_of

logger = logging.getLogger(__name__)
MOST_AT_ONCE = 500


def estimates_refresh(most: int = MOST_AT_ONCE) -> int:
    """Rate the running sessions that have readings since their last estimate, the longest unrated first; how many."""
    due = list(_due()[:most])
    for session in due:
        _refreshed(session)
    return len(due)


def _due() -> QuerySet[Transaction]:
    estimates = Rating.objects.filter(transaction=OuterRef("pk"), state=RatingState.ESTIMATE)
    latest = (
        MeterValue.objects.filter(transaction=OuterRef("pk")).order_by("-taken_at").values("received_at")[:1]
    )
    open_ones = Transaction.objects.filter(state__in=OPEN_STATES)
    open_ones = open_ones.select_related("station__organisation", "station__site", "id_tag")
    read = open_ones.annotate(
        read_at=Subquery(latest, output_field=DateTimeField()),
        rated=Subquery(estimates.values("rated_at")[:1]),
    )
    # A reading may be committed a moment after it was received.
    stale = Q(rated=None) | Q(rated__lte=F("read_at") + timedelta(seconds=1))
    settled = Exists(Rating.objects.filter(transaction=OuterRef("pk"), state__in=OUTCOMES))
    return read.filter(stale, ~settled, read_at__isnull=False).order_by(
        F("rated").asc(nulls_first=True), "pk"
    )


def _refreshed(session: Transaction) -> None:
    try:
        session_estimate(session)
    except Exception:
        logger.exception("no estimate of transaction %s", session.public_id)


def session_estimate(session: Transaction) -> Rating | None:
    """The cost so far, as if the last reading were the stop; stored, and told to the open pages."""
    agreement = agreement_for(session)
    rating = rating_of(session, agreement)
    rating.state, rating.attempt = RatingState.ESTIMATE, 0
    try:
        with transaction.atomic():
            return _stored(rating)
    except IntegrityError:
        # The session was rated meanwhile, or somebody else has just made the estimate.
        return Rating.objects.filter(transaction=session, state=RatingState.ESTIMATE).first()


def _stored(rating: Rating) -> Rating:
    known = Rating.objects.filter(transaction_id=rating.transaction_id, state=RatingState.ESTIMATE)
    before = known.select_for_update().first()
    if before is None:
        rating.save(force_insert=True)
    else:
        rating.pk, rating.public_id, rating.created_at = before.pk, before.public_id, before.created_at
        rating.save(force_update=True)
    live.send_on_commit(rating.organisation_id, transactions=[rating.transaction.public_id])
    return rating
