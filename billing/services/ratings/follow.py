"""Follows what happens to transactions, by the outbox: starts are agreed, ends are rated, corrections looked at.

The cursor moves on only behind what was done, and everything done is harmless when done again: a worker that dies, or
two that read the same events, change nothing. What failed is found by the sweep.
"""

import logging
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, QuerySet

from billing.choices import OUTCOMES, RatingState
from billing.models import PriceAgreement, PricePoint, Rating, SignedRecord
from chargers.choices import OPEN_STATES
from chargers.events import TransactionCorrected, TransactionEnded, TransactionStarted, TransactionUpdated
from chargers.models import MeterValue, Transaction
from cpms.core import clock
from cpms.core.models import OutboxEvent

from ..event_reader import events_read
from .agreements import agreement_for
from .late import session_review
from .outcome import RATEABLE, session_rate

logger = logging.getLogger(__name__)
READER = "session prices"
AT_ONCE = 200
MOST_SWEPT = 2_000
# A batch that takes longer is left to the next run: others wait for the worker, too.
BUDGET = timedelta(seconds=20)
# How long after its price a session is watched for readings that come late.
WATCHED = timedelta(days=2)
RECHECK = timedelta(minutes=5)
# No price of a market holds for longer.
ONE_PRICE = timedelta(hours=1)
# A queued stop can be weeks late; what is older is not looked for any more.
REMEMBERED = timedelta(days=100)

Act = Callable[[Transaction], object]


def events_follow() -> int:
    """Do what the new events ask for; how many were read."""
    return events_read(READER, events_apply, AT_ONCE)


def events_apply(events: Iterable[OutboxEvent]) -> None:
    """Do what events ask for, in any order and however often they come."""
    for event in events:
        act = _ACTS.get(event.type)
        session = _sessions().filter(public_id=event.subject).first() if act else None
        if act is not None and session is not None:
            _try(act, session)


def _begun(session: Transaction) -> None:
    agreement_for(session)


def _ended(session: Transaction) -> None:
    session_rate(session)


def _corrected(session: Transaction) -> None:
    """Late evidence changes what has an outcome, and may be what another session was waiting for."""
    if session_rate(session) is not None:
        session_review(session)


_ACTS: dict[str, Act] = {
    TransactionStarted.type: _begun,
    TransactionUpdated.type: _begun,
    TransactionEnded.type: _ended,
    TransactionCorrected.type: _corrected,
}


def sessions_sweep(budget: timedelta = BUDGET, most: int = MOST_SWEPT) -> int:
    """Rate what was missed and look again at what got late readings, the newest first; how many were looked at."""
    until = clock.now() + budget
    _estimates_clear()
    looked_at = _each(_missed()[:most], session_rate, until)
    looked_at += _each(_unagreed()[:most], agreement_for, until)
    looked_at += _each(_with_late_readings()[:most], session_review, until)
    looked_at += _each(_with_new_prices()[:most], session_review, until)
    return looked_at + _each(_with_new_verdicts()[:most], session_review, until)


def _each(sessions: Iterable[Transaction], act: Act, until: datetime) -> int:
    looked_at = 0
    for session in sessions:
        if clock.now() >= until:
            break
        _try(act, session)
        looked_at += 1
    return looked_at


def _try(act: Act, session: Transaction) -> None:
    """One session that cannot be rated keeps nobody else's from being rated."""
    try:
        act(session)
    except Exception:
        logger.exception("the price of transaction %s was not made", session.public_id)


def _sessions() -> QuerySet[Transaction]:
    return Transaction.objects.select_related("station__site", "station__organisation", "id_tag")


def _outcomes() -> QuerySet[Rating]:
    return Rating.objects.filter(transaction=OuterRef("pk"), state__in=OUTCOMES)


def _missed() -> QuerySet[Transaction]:
    recent = _sessions().filter(state__in=RATEABLE, started_at__gt=clock.now() - REMEMBERED)
    return recent.filter(~Exists(_outcomes())).order_by("-started_at")


def _unagreed() -> QuerySet[Transaction]:
    agreed = PriceAgreement.objects.filter(transaction=OuterRef("pk"))
    return _sessions().filter(~Exists(agreed), state__in=OPEN_STATES).order_by("-started_at")


def _with_late_readings() -> QuerySet[Transaction]:
    now = clock.now()
    watched = Rating.objects.filter(
        state__in=OUTCOMES,
        rated_at__gt=now - WATCHED,
        checked_at__gt=now - WATCHED,
        checked_at__lt=now - RECHECK,
    )
    late = MeterValue.objects.filter(
        transaction=OuterRef("transaction"), received_at__gte=OuterRef("checked_at")
    )
    keys = watched.filter(Exists(late)).values("transaction_id")
    return _sessions().filter(pk__in=keys)


def _with_new_prices() -> QuerySet[Transaction]:
    """Held ones that a market may have been told for since: those that had no price can have one now."""
    told = PricePoint.objects.filter(
        series=OuterRef("version__series"), known_at__gte=OuterRef("checked_at"),
        starts_at__lt=OuterRef("ended_at"), starts_at__gt=OuterRef("transaction__started_at") - ONE_PRICE,
    )  # fmt: skip
    held = Rating.objects.filter(Exists(told), state=RatingState.HELD, gross_minor=None)
    return _sessions().filter(pk__in=held.values("transaction_id"))


def _with_new_verdicts() -> QuerySet[Transaction]:
    """Those whose signed values were judged again since they were rated, as when somebody confirmed a key."""
    older = Rating.objects.filter(
        transaction=OuterRef("transaction"), state__in=OUTCOMES, checked_at__lt=OuterRef("checked_at")
    )
    judged = SignedRecord.objects.filter(Exists(older), checked_at__gt=clock.now() - WATCHED)
    return _sessions().filter(pk__in=judged.values("transaction_id"))


def _estimates_clear() -> None:
    """An estimate that was made at the same moment as the outcome says nothing any more."""
    rated = Rating.objects.filter(transaction=OuterRef("transaction"), state__in=OUTCOMES)
    Rating.objects.filter(Exists(rated), state=RatingState.ESTIMATE).delete()
