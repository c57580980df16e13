"""Driving a payment: the row of a call first, then the provider, then what came of it. Never twice, never forgotten.

A step has three parts. `_claim` decides under the payment's lock what to ask and writes it down; `_ask` speaks to the
provider with nothing locked and no transaction open; `_record` takes the answer in. Whoever dies in between leaves a
call without an answer: after its lease another looks at the provider what became of it, and asks again, with the same
key, only what did not happen.
"""

import logging
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import InterfaceError, OperationalError, transaction

from billing.choices import CallKind, CallState, PaymentState, PaymentWish, RefundState
from billing.models import PaymentCall, PaymentIntent
from billing.payments.interface import Declined, PaymentSeen, Provider, Refused, Unclear
from billing.providers import provider
from cpms.core import clock

from .alarms import alarm
from .asking import hold_ask
from .locking import wake
from .planning import due_again, give_up_waiting, is_watched, refund_to_make, step_of
from .refunds import refund_moved
from .seen import payment_closed, payment_failed, payment_seen
from .starting import start_look

logger = logging.getLogger(__name__)
# A provider is given less time to answer than its call is leased for.
LEASE = timedelta(seconds=60)
# Providers keep idempotency keys for a day; later only what is seen to be missing is given up.
_KEYS_LIVE = timedelta(hours=23)
_LONGEST_PAUSE_S = 3600
_STUCK_AFTER = 8


@dataclass(frozen=True, slots=True)
class Work:
    """What to ask the provider: a call, or only a look. `again`: it was asked before, and no answer was recorded."""

    intent: PaymentIntent
    call: PaymentCall | None
    again: bool = False
    at: datetime = field(default_factory=clock.now)


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of it: the call's new state (None: nobody knows yet), words, and the payment as it was seen."""

    state: CallState | None
    note: str = ""
    seen: PaymentSeen | None = None


def payment_drive(key: int, most_steps: int = 8) -> int:
    """Take a payment as far as it goes now; how many steps that were. Must not be called inside a transaction."""
    steps = 0
    while steps < most_steps and payment_step(key):
        steps += 1
    return steps


def payment_look(key: int) -> None:
    """The payer says that he is back: look what became of it now, not when it is due. However often he says so.

    Who works at the payment already goes on alone. Must not be called inside a transaction.
    """
    waiting = PaymentIntent.objects.select_for_update(no_key=True).filter(pk=key)
    with transaction.atomic(durable=True):
        intent = waiting.filter(state__in=(PaymentState.NEW, PaymentState.NEEDS_ACTION)).first()
        if intent is not None and not intent.calls.filter(state=CallState.SENT).exists():
            wake(intent)
            intent.save(update_fields=["next_attempt_at"])
    payment_drive(key)


def payment_step(key: int) -> bool:
    """One call or one look; False when there is nothing to do now, or somebody else is at it."""
    work = _claim(key)
    if work is None:
        return False
    answer = _ask(work)
    _record(work, answer)
    return answer.state is not None


@transaction.atomic(durable=True)
def _claim(key: int) -> Work | None:
    now = clock.now()
    due = PaymentIntent.objects.select_for_update(no_key=True, skip_locked=True)
    intent = due.filter(pk=key, next_attempt_at__lte=now).first()
    if intent is None:
        return None
    sent = intent.calls.filter(state=CallState.SENT).first()
    if sent is not None:
        return _take_over(intent, sent)
    start_look(intent)
    give_up_waiting(intent)
    if intent.events.filter(processed_at=None).exists():
        return _look(intent)
    return _call(intent) or _look(intent)


def _take_over(intent: PaymentIntent, sent: PaymentCall) -> Work | None:
    """A call without an answer: the next one looks what became of it, once its lease is over."""
    now = clock.now()
    is_free = sent.lease_until <= now
    if is_free:
        sent.lease_until, sent.attempts = now + LEASE, sent.attempts + 1
        sent.save(update_fields=["lease_until", "attempts"])
    intent.next_attempt_at = sent.lease_until
    intent.save()
    return Work(intent, sent, again=True) if is_free else None


def _call(intent: PaymentIntent) -> Work | None:
    """Write down the call that is due, if one is."""
    step, refund = step_of(intent), refund_to_make(intent)
    if step is None and refund is None:
        return None
    now = clock.now()
    kind = step.kind if step else CallKind.REFUND
    minor = step.minor if step else refund.amount_minor if refund else 0
    call = PaymentCall.objects.create(
        intent=intent, kind=kind, amount_minor=minor, refund=None if step else refund,
        key=f"{intent.public_id}:{kind}:{intent.calls.count() + 1}", sent_at=now, lease_until=now + LEASE,
    )  # fmt: skip
    intent.next_attempt_at = call.lease_until
    intent.save()
    return Work(intent, call)


def _look(intent: PaymentIntent) -> Work | None:
    if is_watched(intent):
        intent.next_attempt_at = clock.now() + LEASE
        intent.save()
        return Work(intent, None)
    if intent.state == PaymentState.NEW:
        # Released before anybody was asked: only then is a new payment not to be authorised.
        payment_closed(intent)
    intent.next_attempt_at = due_again(intent)
    intent.save()
    return None


def _ask(work: Work) -> Answer:
    try:
        its = provider(work.intent.provider)
        if work.call is None:
            return Answer(CallState.DONE, seen=seen_now(its, work.intent))
        if work.again:
            return _ask_again(its, work.intent, work.call)
        return _asked(its, work.intent, work.call)
    except Unclear as error:
        return Answer(None, str(error))
    except Exception as error:
        logger.exception("payment %s: asking its provider failed", work.intent.public_id)
        return Answer(None, f"{type(error).__name__}: {error}")


def seen_now(its: Provider, intent: PaymentIntent) -> PaymentSeen | None:
    """The payment as the provider has it, None when it has none. Raises `Unclear`."""
    if intent.known_as:
        return its.read(intent.known_as)
    return its.find(intent.public_id, intent.created_at - timedelta(minutes=5))


def _ask_again(its: Provider, intent: PaymentIntent, call: PaymentCall) -> Answer:
    """Look first: what took effect is not asked for again."""
    seen = seen_now(its, intent)
    if seen is not None and took_effect(call, seen):
        return Answer(CallState.DONE, "seen at the provider", seen)
    if not _is_wanted(intent, call):
        return Answer(CallState.DROPPED, "it did not take effect", seen)
    return _asked(its, intent, call)


def took_effect(call: PaymentCall, seen: PaymentSeen) -> bool:
    """Whether a payment as it was seen shows that the call was carried out."""
    if call.kind == CallKind.INCREMENT:
        return seen.authorised_minor >= call.amount_minor
    if call.kind == CallKind.CAPTURE:
        return seen.captured_minor > 0
    if call.kind == CallKind.CANCEL:
        return seen.state in (PaymentState.CANCELLED, PaymentState.EXPIRED)
    if call.kind == CallKind.REFUND:
        return call.refund is not None and call.refund.public_id in {each.ours for each in seen.refunds}
    return True


def _is_wanted(intent: PaymentIntent, call: PaymentCall) -> bool:
    """Whether to ask again: not for a hold that is to be released, nor with a key the provider has forgotten."""
    if call.kind == CallKind.AUTHORISE and intent.wish == PaymentWish.RELEASE:
        return False
    return clock.now() < call.sent_at + _KEYS_LIVE


def _asked(its: Provider, intent: PaymentIntent, call: PaymentCall) -> Answer:
    try:
        return Answer(CallState.DONE, seen=_make(its, intent, call))
    except (Declined, Refused) as error:
        return Answer(CallState.REFUSED, str(error)[:255], seen_now(its, intent))


def _make(its: Provider, intent: PaymentIntent, call: PaymentCall) -> PaymentSeen:
    ref = intent.provider_ref
    if call.kind == CallKind.AUTHORISE:
        return its.authorise(hold_ask(intent), call.key)
    if call.kind == CallKind.INCREMENT:
        return its.increment(ref, call.amount_minor, call.key)
    if call.kind == CallKind.CAPTURE:
        return its.capture(ref, call.amount_minor, call.key)
    if call.kind == CallKind.CANCEL:
        return its.cancel(intent.known_as, call.key)
    assert call.refund is not None
    return its.refund(ref, call.amount_minor, call.refund.public_id, call.key)


def _record(work: Work, answer: Answer) -> None:
    try:
        _take_in(work, answer)
    except (OperationalError, InterfaceError):
        raise
    except Exception:
        logger.exception("payment %s: what its provider said cannot be taken in", work.intent.public_id)
        _pause(work.intent.pk)
        raise


@transaction.atomic(durable=True)
def _take_in(work: Work, answer: Answer) -> None:
    intent = PaymentIntent.objects.select_for_update(no_key=True).get(pk=work.intent.pk)
    if work.call is not None:
        _settle_call(intent, work.call, answer)
    if answer.seen is not None:
        payment_seen(intent, answer.seen)
    if answer.state is not None:
        # Read after they came: what they were about has been seen.
        told = intent.events.filter(processed_at=None, received_at__lte=work.at)
        told.update(processed_at=clock.now())
    if answer.state in (None, CallState.REFUSED):
        _later(intent, answer)
    else:
        intent.attempts, intent.next_attempt_at = 0, due_again(intent)
    intent.save()


def _settle_call(intent: PaymentIntent, asked: PaymentCall, answer: Answer) -> None:
    call = PaymentCall.objects.select_for_update(no_key=True).get(pk=asked.pk)
    if call.state != CallState.SENT:
        return
    call.note = answer.note[:255]
    if answer.state is None:
        call.lease_until = clock.now()
    else:
        call.state, call.finished_at = answer.state, clock.now()
    call.save()
    if call.state in (CallState.REFUSED, CallState.DROPPED):
        _not_done(intent, call, answer)


def _not_done(intent: PaymentIntent, call: PaymentCall, answer: Answer) -> None:
    if call.kind == CallKind.AUTHORISE and answer.seen is None:
        payment_failed(intent, answer.note)
    if call.kind == CallKind.REFUND and call.refund is not None:
        refund_moved(intent, call.refund, RefundState.FAILED)
        intent.save()


def _later(intent: PaymentIntent, answer: Answer) -> None:
    """Go on after a pause that doubles, up to an hour, if there is anything left to do."""
    due = due_again(intent)
    intent.attempts += 1
    pause = clock.now() + timedelta(seconds=min(_LONGEST_PAUSE_S, 2 ** min(intent.attempts, 12)))
    # What nobody knows yet must be looked at again, whatever seems to be left.
    intent.next_attempt_at = pause if answer.state is None else due and max(due, pause)
    if intent.attempts == _STUCK_AFTER:
        alarm(intent, "stuck", f"asked {_STUCK_AFTER} times without success: {answer.note}"[:255])


@transaction.atomic(durable=True)
def _pause(key: int) -> None:
    intent = PaymentIntent.objects.select_for_update(no_key=True).get(pk=key)
    _later(intent, Answer(None, "what the provider says cannot be taken in; see the log"))
    intent.save(update_fields=["attempts", "next_attempt_at"])
