"""From a hold to a session: one remote start for each, and the hold released at once when no charging came of it.

The station is told to charge for a pass: an ID tag made for this payment, known as long as it is held. A start that
comes after the hold was released is refused like that of any unknown card, and one that runs all the same is stopped.
"""

from datetime import timedelta

from django.conf import settings
from django.db import transaction as database

from billing.choices import PaymentPurpose, PaymentState, PaymentWish
from billing.models import AccountTag, PaymentIntent
from chargers.choices import OPEN_COMMANDS, OPEN_STATES, CommandEffect, CommandState, TokenType
from chargers.domain import RemoteStart, RemoteStop, Token
from chargers.models import Command, IdTag, Transaction
from chargers.services.commands.send import InvalidCommand, command_request
from chargers.services.tags.id_tags import id_tag_create, id_tag_remove
from cpms.core import clock
from cpms.core.actors import SYSTEM, Actor

from .alarms import alarm
from .locking import locked, wake
from .opening import UID_PREFIX

_PAYMENTS = Actor("payment")
# A station that is not there now is not started later, when the payer has gone.
_START_WITHIN_S = 60
_NEVER_SENT = (CommandState.EXPIRED, CommandState.CANCELLED)
_SAID_NO = (CommandState.REJECTED, CommandState.CALLERROR)


def session_begin(intent: PaymentIntent) -> None:
    """The hold is there: ask the station to charge, once. Saved by the caller, who holds the lock."""
    if intent.command_id is not None or intent.transaction_id is not None:
        return
    assert intent.station is not None
    _pass_make(intent)
    wish = RemoteStart(Token(intent.uid, TokenType.CENTRAL), intent.evse_no)
    try:
        intent.command = command_request(
            intent.station, wish, _PAYMENTS, expires_in_s=_START_WITHIN_S, reference=intent.public_id
        )
    except InvalidCommand as error:
        release(intent, str(error))


def _pass_make(intent: PaymentIntent) -> None:
    """A tag that may charge once, and the account that pays for it."""
    tag = id_tag_create(
        intent.organisation, SYSTEM, uid=intent.uid, type=TokenType.CENTRAL, max_concurrent=1,
        label=f"Payment {intent.public_id}"[:60],
    )  # fmt: skip
    assert intent.account is not None
    AccountTag.objects.create(account=intent.account, id_tag=tag)


def pass_end(intent: PaymentIntent) -> None:
    """From now on the pass is no card of ours."""
    tag = IdTag.objects.filter(organisation_id=intent.organisation_id, uid=intent.uid).first()
    if intent.uid and tag is not None:
        id_tag_remove(tag, SYSTEM)


def release(intent: PaymentIntent, why: str) -> None:
    """The hold is not needed: it is released as soon as the provider can be asked. Saved by the caller."""
    intent.wish, intent.release_reason = PaymentWish.RELEASE, why[:255]
    pass_end(intent)
    wake(intent)


def start_look(intent: PaymentIntent) -> None:
    """Whether the session began or will not; of a locked payment, saved by the caller."""
    if not is_starting(intent):
        return
    intent.transaction = session_of(intent)
    if intent.transaction is not None:
        return
    why = start_failure(intent.command)
    if why:
        release(intent, why)


def is_starting(intent: PaymentIntent) -> bool:
    """Whether a hold waits for its session."""
    waits = intent.wish == PaymentWish.HOLD and intent.state == PaymentState.AUTHORISED
    return waits and intent.purpose == PaymentPurpose.SESSION and intent.transaction_id is None


def session_of(intent: PaymentIntent) -> Transaction | None:
    """The session that was started with the pass of this payment."""
    begun = Transaction.objects.filter(station_id=intent.station_id, uid=intent.uid)
    if intent.authorised_at is not None:
        begun = begun.filter(start_received_at__gte=intent.authorised_at - timedelta(minutes=5))
    return begun.order_by("id").first()


def start_failure(command: Command | None) -> str:
    """Why no session will come of the command, empty while one still may."""
    if command is None or command.state in OPEN_COMMANDS:
        return ""
    if command.state in _NEVER_SENT:
        return "the charger could not be reached"
    if command.state in _SAID_NO:
        return command.error_description or "the charger refused to start"
    if command.state != CommandState.ACCEPTED:
        return "" if _may_still_come(command) else "the charger did not answer"
    return command.effect_note or "charging did not begin" if command.effect == CommandEffect.NOT_SEEN else ""


def _may_still_come(command: Command) -> bool:
    asked_at = command.sent_at or command.created_at
    return clock.now() < asked_at + timedelta(seconds=settings.OCPP["START_TIMEOUT"])


def unpaid_sessions_stop() -> int:
    """Stop sessions that run on a pass whose hold is gone, each once; how many were asked to stop."""
    running = Transaction.objects.filter(state__in=OPEN_STATES, uid__startswith=UID_PREFIX)
    uids = list(running.values_list("uid", flat=True))
    gone = PaymentIntent.objects.filter(uid__in=uids, wish=PaymentWish.RELEASE, stop_asked_at=None)
    return sum(_stop_unpaid(intent) for intent in gone)


def _stop_unpaid(intent: PaymentIntent) -> bool:
    transaction = session_of(intent)
    if transaction is None:
        return False
    return session_stop(intent, transaction, "charging began although the hold was released")


def session_stop(intent: PaymentIntent, transaction: Transaction, why: str) -> bool:
    """Ask the station to stop, once for each payment. Whether it was asked now."""
    with database.atomic():
        intent = locked(intent)
        if intent.stop_asked_at is not None:
            return False
        intent.stop_asked_at, intent.transaction = clock.now(), intent.transaction or transaction
        try:
            command_request(transaction.station, RemoteStop(transaction.reference), _PAYMENTS)
        except InvalidCommand as error:
            why = f"{why}; the station cannot be asked to stop: {error}"
        alarm(intent, "unpaid" if intent.wish == PaymentWish.RELEASE else "stopped", why)
        intent.save(update_fields=["stop_asked_at", "transaction"])
    return True
