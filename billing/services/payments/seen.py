"""What a provider said about a payment becomes ours: amounts only grow, states only go on, money is booked once.

Answers, webhooks and looks may come in any order, late and twice: each is the payment as the provider had it at some
moment, and an older one changes nothing.
"""

import logging

from billing.choices import DisputeState, PaymentPurpose, PaymentState, PaymentWish, RefundState
from billing.events import PaymentChanged
from billing.models import PaymentIntent
from billing.payments.interface import PaymentSeen
from cpms.core import clock
from cpms.core.actors import Actor
from cpms.core.events import publish

from ..books.postings import Told, payment_captured, top_up_captured
from . import disputes, refunds, starting
from .alarms import alarm
from .methods import method_kept
from .opening import PaymentRefused

logger = logging.getLogger(__name__)

_RANK = {
    PaymentState.NEW: 0, PaymentState.NEEDS_ACTION: 1, PaymentState.FAILED: 2, PaymentState.AUTHORISED: 3,
    PaymentState.PARTLY_CAPTURED: 4, PaymentState.CANCELLED: 5, PaymentState.EXPIRED: 5, PaymentState.CAPTURED: 6,
    PaymentState.REFUNDED: 6, PaymentState.DISPUTED: 6,
}  # fmt: skip


def payment_seen(intent: PaymentIntent, seen: PaymentSeen) -> None:
    """Take in what was seen of a locked payment, and save it."""
    before = PaymentState(intent.state)
    _amounts(intent, seen)
    _names(intent, seen)
    if _goes_on(before, seen.state):
        intent.state = seen.state
        _moved(intent)
        _keep_card(intent, seen)
    intent.save()
    _book(intent)
    refunds.refunds_seen(intent, seen.refunds)
    disputes.disputes_seen(intent, seen.disputes)
    intent.state = _shown(intent)
    intent.save()
    if intent.state != before:
        tell(intent)


def _goes_on(before: PaymentState, after: PaymentState) -> bool:
    """Later in the life of a payment; one that failed and was closed at the provider stays failed."""
    is_closed = before == PaymentState.FAILED and after in (PaymentState.CANCELLED, PaymentState.EXPIRED)
    return _RANK[after] > _RANK[before] and not is_closed


def payment_failed(intent: PaymentIntent, why: str) -> None:
    """A locked payment that the provider has no trace of, and that will not be asked for again."""
    if _RANK[PaymentState(intent.state)] < _RANK[PaymentState.FAILED]:
        intent.state, intent.failure = PaymentState.FAILED, why[:200]
        _moved(intent)
        tell(intent)
    intent.save()


def payment_closed(intent: PaymentIntent) -> None:
    """A locked payment that was released before any provider was asked."""
    intent.state = PaymentState.CANCELLED
    _moved(intent)
    intent.save()
    tell(intent)


def _amounts(intent: PaymentIntent, seen: PaymentSeen) -> None:
    intent.authorised_minor = max(intent.authorised_minor, seen.authorised_minor)
    intent.captured_minor = max(intent.captured_minor, seen.captured_minor)


def _names(intent: PaymentIntent, seen: PaymentSeen) -> None:
    intent.provider_ref = intent.provider_ref or seen.ref
    intent.form_ref = intent.form_ref or seen.form_ref
    intent.expires_at = seen.expires_at or intent.expires_at
    # What became of a card that was tried before is of no interest once another was taken.
    is_taken = seen.state in (PaymentState.AUTHORISED, PaymentState.CAPTURED)
    intent.failure = "" if is_taken else seen.failure[:200] or intent.failure
    intent.action_url = seen.action_url if seen.state == PaymentState.NEEDS_ACTION else ""


def _moved(intent: PaymentIntent) -> None:
    """The state went on, for the first time: what follows from it."""
    now = clock.now()
    if intent.state == PaymentState.AUTHORISED:
        intent.authorised_at = now
        if intent.purpose == PaymentPurpose.SESSION and intent.wish == PaymentWish.HOLD:
            starting.session_begin(intent)
    elif intent.state == PaymentState.CAPTURED:
        intent.captured_at = intent.ended_at = now
        _check_shortfall(intent)
    elif not intent.is_live:
        _ended_unpaid(intent)


def _keep_card(intent: PaymentIntent, seen: PaymentSeen) -> None:
    """Once, when the payment is made: a later look must not bring back what its owner removed meanwhile."""
    account = intent.account
    if seen.kept is None or not intent.keeps_card or account is None or account.is_closed:
        return
    actor = Actor(intent.email, None, "driver")
    try:
        method_kept(account, intent.provider, seen.customer_ref, seen.kept, actor)
    except PaymentRefused as error:
        logger.warning("payment %s: its card is not kept: %s", intent.public_id, error)


def _ended_unpaid(intent: PaymentIntent) -> None:
    if (
        intent.wish != PaymentWish.RELEASE
        and intent.settle_minor
        and intent.purpose == PaymentPurpose.SESSION
    ):
        owed = f"{intent.settle_minor} {intent.currency} are owed, and nothing was taken"
        alarm(intent, "uncollected", f"{owed}: {intent.get_state_display().lower()}")
    intent.wish, intent.ended_at = PaymentWish.RELEASE, clock.now()
    starting.pass_end(intent)


def _check_shortfall(intent: PaymentIntent) -> None:
    short = (intent.settle_minor or 0) - intent.captured_minor
    if short > 0:
        alarm(intent, "shortfall", f"{short} {intent.currency} of the price were beyond the hold")


def _book(intent: PaymentIntent) -> None:
    """What was captured since the last look goes into the books; the row is locked, so it goes there once."""
    due = intent.captured_minor - intent.posted_minor
    if due <= 0:
        return
    assert intent.account is not None
    told = Told(clock.now(), f"{intent.public_id}:{intent.captured_minor}", _source(intent))
    post = top_up_captured if intent.purpose == PaymentPurpose.TOP_UP else payment_captured
    post(intent.account, intent.provider, due, told)
    intent.posted_minor = intent.captured_minor


def _source(intent: PaymentIntent) -> str:
    return intent.transaction.public_id if intent.transaction else intent.public_id


def _shown(intent: PaymentIntent) -> PaymentState:
    """Refunds and disputes show in the state of what was captured."""
    if _RANK[PaymentState(intent.state)] < _RANK[PaymentState.CAPTURED]:
        return PaymentState(intent.state)
    if intent.disputes.exclude(state=DisputeState.WON).exists():
        return PaymentState.DISPUTED
    given_back = sum(each.amount_minor for each in intent.refunds.filter(state=RefundState.DONE))
    return PaymentState.REFUNDED if given_back >= intent.captured_minor > 0 else PaymentState.CAPTURED


def tell(intent: PaymentIntent) -> None:
    """Publish where the payment stands."""
    publish(
        PaymentChanged(
            organisation_id=intent.organisation_id, subject=intent.public_id, occurred_at=clock.now(),
            state=str(intent.state), currency=intent.currency, authorised_minor=intent.authorised_minor,
            captured_minor=intent.captured_minor, refunded_minor=intent.refunded_minor,
        )
    )  # fmt: skip
