"""The outcome of a session that is over: rated once, posted in the same transaction, corrected only by decision.

Whoever rates a session second, at the same time or later, finds the outcome there is. The database lets there be one.
"""

from datetime import date

from django.db import IntegrityError, transaction

from billing.books.facts import amount_of
from billing.books.lines import Amount
from billing.books.postings import Impossible
from billing.choices import OUTCOMES, BillingMode, Doubt, RatingState
from billing.events import SessionRated
from billing.models import Account, Rating, SessionCharge
from billing.services.books.charges import session_charge, session_correct
from billing.services.books.postings import Told
from billing.services.books.refusals import BooksRefuse, PeriodClosed
from billing.services.subscriptions.included import has_grants, uses_settle
from billing.services.vouchers.giving import vouchers_pay
from chargers.choices import TransactionState
from chargers.models import Transaction
from cpms.core import clock, live
from cpms.core.events import publish

from .agreements import agreement_for
from .rows import next_attempt, rating_of, rating_take_included

ONE_OUTCOME = "rating_one_outcome"
# A stop without a start is no session: its case is decided first.
RATEABLE = (TransactionState.ENDED, TransactionState.INFERRED_END)


def session_rate(session: Transaction) -> Rating | None:
    """The outcome of a session, made when there is none yet; None while it runs or has no start."""
    if session.state not in RATEABLE:
        return None
    known = outcome_of(session)
    if known is not None:
        return known
    rating = rating_of(session, agreement_for(session))
    try:
        return _stored(rating)
    except (BooksRefuse, Impossible) as refusal:
        rating.state = RatingState.HELD
        rating.doubts = [*rating.doubts, {"code": Doubt.BOOKS.value, "detail": str(refusal)}]
        return _stored(rating)


def outcome_of(session: Transaction) -> Rating | None:
    """The outcome there is."""
    return Rating.objects.filter(transaction=session, state__in=OUTCOMES).first()


def _stored(rating: Rating) -> Rating:
    """Save the outcome and post it, all or nothing; whoever was first wins."""
    try:
        with transaction.atomic():
            return outcome_store(rating)
    except IntegrityError as error:
        first = outcome_of(rating.transaction) if _is_second(error) else None
        if first is None:
            raise
        return first


def _is_second(error: IntegrityError) -> bool:
    diagnosis = getattr(error.__cause__, "diag", None)
    return getattr(diagnosis, "constraint_name", None) in (ONE_OUTCOME, "rating_attempt_unique")


def outcome_store(rating: Rating) -> Rating:
    """Save an outcome as the next attempt, post it if it is final, tell everybody (call inside a transaction)."""
    session = rating.transaction
    Rating.objects.filter(transaction=session, state=RatingState.ESTIMATE).delete()
    _take_included(rating)
    rating.pk, rating.attempt = None, next_attempt(session)
    rating.save(force_insert=True)
    if has_grants(rating.facts):
        uses_settle(session)
    if rating.state == RatingState.FINAL:
        charge(rating)
    announce(rating)
    return rating


def _take_included(rating: Rating) -> None:
    """A price that the books refused before is held, whatever it is now."""
    refused = [doubt for doubt in rating.doubts if doubt["code"] == Doubt.BOOKS]
    rating_take_included(rating)
    if refused and refused[0] not in rating.doubts:
        rating.state, rating.doubts = RatingState.HELD, [*rating.doubts, *refused]


def charge(rating: Rating) -> SessionCharge | None:
    """Post a final price to whoever pays; None where nobody does. A changed price is posted as a correction.

    Raises what `session_charge` and `session_correct` raise.
    """
    account, session = rating.account, rating.transaction
    if account is None or account.billing_mode == BillingMode.FREE:
        return None
    price = amount_of(rating.amount)
    known = SessionCharge.objects.filter(transaction=session).first()
    if known is not None and known.attempt != rating.attempt:
        return _corrected(known, price, rating)
    try:
        return _charged(rating, account, price)
    except PeriodClosed:
        # The month of a session that was told late may be closed: it counts in the month in which it became known.
        return _charged(rating, account, price, booked_on=clock.now().date())


@transaction.atomic
def _charged(rating: Rating, account: Account, price: Amount, booked_on: date | None = None) -> SessionCharge:
    """Vouchers pay first: what they put into a wallet pays the session."""
    session = rating.transaction
    vouchers_pay(rating, rating.ended_at, booked_on)
    return session_charge(
        session, account, price, rating.ended_at, attempt=rating.attempt, member=agreement_for(session).member,
        booked_on=booked_on,
    )  # fmt: skip


@transaction.atomic
def _corrected(known: SessionCharge, price: Amount, rating: Rating) -> SessionCharge:
    """Vouchers pay what is more before it is charged, and get back what is less afterwards: no wallet runs short."""
    now = clock.now()
    told, is_more = Told(now, rating.transaction.public_id), price.gross_minor > known.gross_minor
    if is_more:
        vouchers_pay(rating, now)
    charge = session_correct(known, price, rating.attempt, told, rating.reason)
    if not is_more:
        vouchers_pay(rating, now)
    return charge


def announce(rating: Rating) -> None:
    """Into the outbox and to the open pages, with the commit."""
    publish(
        SessionRated(
            organisation_id=rating.organisation_id, subject=rating.transaction.public_id, occurred_at=clock.now(),
            rating=rating.public_id, state=rating.state, gross_minor=rating.gross_minor, currency=rating.currency,
        )
    )  # fmt: skip
    live.send_on_commit(rating.organisation_id, transactions=[rating.transaction.public_id])
