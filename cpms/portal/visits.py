"""One visit of a guest: the payment he opened at a charger, the session that came of it, the price.

The link of a visit is its only key. It is signed, so that nobody finds visits by trying.
"""

from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from typing import Any

from django.db import transaction as database
from django.urls import reverse
from django.utils import translation

from billing.choices import PaymentPurpose, PaymentState, PaymentWish, RatingState
from billing.choices.payments import ENDED_UNPAID
from billing.models import Invoice, PaymentIntent, Rating
from billing.services.payments.opening import Means, PaymentRefused, session_pay
from billing.services.payments.settling import payment_release
from billing.services.payments.starting import session_of
from chargers.choices import OPEN_COMMANDS, CommandState, TransactionState
from chargers.domain import RemoteStop
from chargers.models import ChargingStation, Command, Evse, MeterValue, Transaction
from chargers.services.commands.send import command_request
from cpms.core import clock
from cpms.core.actors import Actor
from cpms.drivers.links import payment_named, visit_back_url, visit_token
from cpms.drivers.selectors import prices_of
from cpms.drivers.services.receipt_text import invoice_of
from cpms.drivers.services.starting import evse_lock, holds_waiting, start_waiting

from .told.refusals import not_started, payment_failure
from .told.states import FINAL_STAGES, Stage

CURVE_POINTS = 60
# Longer than invoices take that are made right after the price.
_PAPERS_WITHIN = timedelta(minutes=1)
# What a driver's stop is marked with among the commands of his station.
_STOP = "visit_stop"


class StationBusy(PaymentRefused):
    """Somebody else's money is held for this EVSE."""


@dataclass(frozen=True)
class Visit:
    """A payment with its session, if it came to one."""

    payment: PaymentIntent

    account = None

    @property
    def token(self) -> str:
        """What its link ends with."""
        return token_of(self.payment.public_id)

    @property
    def page(self) -> str:
        """Its address; the moving part, stop, leave and bank stand below it."""
        return reverse("portal:visit", args=[self.token])

    @property
    def station(self) -> ChargingStation:
        """Where it is charged."""
        assert self.payment.station is not None
        return self.payment.station

    @property
    def evse_no(self) -> int | None:
        """At which of its places."""
        return self.payment.evse_no

    @property
    def currency(self) -> str:
        """Of the payment."""
        return self.payment.currency

    @property
    def held_minor(self) -> int:
        """What is held before charging begins."""
        return self.payment.requested_minor

    @property
    def paid_minor(self) -> int:
        """What was taken."""
        return self.payment.captured_minor

    @property
    def free_again(self) -> bool:
        """Whether nothing is held any more."""
        return self.payment.state in ENDED_UNPAID

    @property
    def unpaid(self) -> bool:
        """Whether the hold was gone before the price could be taken."""
        return self.stage == Stage.DONE and self.free_again and bool(self.rating and self.rating.gross_minor)

    @property
    def failure(self) -> str:
        """Why the payment was refused."""
        return payment_failure(self.payment.failure)

    @property
    def why_not(self) -> str:
        """Why no session came of it."""
        return not_started(self.payment.command, self.payment.release_reason)

    @cached_property
    def session(self) -> Transaction | None:
        """The session that was started with this payment."""
        if self.payment.transaction_id is not None:
            return self.payment.transaction
        return session_of(self.payment) if self.payment.uid else None

    @cached_property
    def rating(self) -> Rating | None:
        """The price: final, or what it would be if the last reading were the end."""
        return prices_of([self.session]).get(self.session.pk) if self.session else None

    @cached_property
    def invoice(self) -> Invoice | None:
        """What was issued for the session."""
        return invoice_of(self.session) if self.session else None

    @cached_property
    def readings(self) -> list[MeterValue]:
        """The newest readings of the session, newest first."""
        return newest_readings(self.session) if self.session else []

    @cached_property
    def stage(self) -> Stage:
        """How far it has come."""
        if self.session is None:
            return _stage_of_payment(self.payment)
        return stage_of_session(self.session, self.rating, self.stop_asked)

    @property
    def is_final(self) -> bool:
        """Whether the page has nothing more to wait for: neither for the session nor for the money."""
        return self.stage in FINAL_STAGES and not self.payment.is_live and not papers_come(self)

    @property
    def stop_asked(self) -> bool:
        """Whether the station was asked to stop and has not said no."""
        if self.payment.stop_asked_at is not None:
            return True
        asked = Command.objects.filter(station_id=self.payment.station_id, reference=self.payment.public_id)
        stops = asked.filter(purpose=_STOP).order_by("-id")[:1]
        return any(one.state in (*OPEN_COMMANDS, CommandState.ACCEPTED) for one in stops)


def token_of(payment: str) -> str:
    """The signed name of the visit that a payment's public id stands for."""
    return visit_token(payment)


def visit_of(token: str) -> Visit | None:
    """The visit of a link; None for a link that we did not make."""
    name = payment_named(token)
    rows = PaymentIntent.objects.select_related(
        "station__site", "station__connection", "transaction", "command"
    )
    found = rows.filter(public_id=name, purpose=PaymentPurpose.SESSION).first()
    return Visit(found) if found else None


def _stage_of_payment(payment: PaymentIntent) -> Stage:
    if payment.state == PaymentState.NEEDS_ACTION and payment.wish == PaymentWish.HOLD:
        return Stage.PAYING
    if payment.state == PaymentState.FAILED:
        return Stage.DECLINED
    if payment.wish == PaymentWish.RELEASE or payment.state in ENDED_UNPAID:
        return Stage.NOT_STARTED
    return Stage.ASKING if payment.state == PaymentState.NEW else Stage.STARTING


def newest_readings(session: Transaction) -> list[MeterValue]:
    """The newest readings of a session, newest first."""
    values = MeterValue.objects.filter(transaction_id=session.pk, taken_at__gte=session.started_at)
    return list(values.defer("samples").order_by("-taken_at", "-id")[:CURVE_POINTS])


def papers_come(found: Any) -> bool:
    """Whether an invoice may still come for a session that has just got its price."""
    rating = found.rating
    if rating is None or rating.state != RatingState.FINAL or found.invoice is not None:
        return False
    return bool(rating.rated_at > clock.now() - _PAPERS_WITHIN)


def stage_of_session(session: Transaction, rating: Rating | None, stop_asked: bool) -> Stage:
    """How far a session has come that did begin."""
    if session.is_open:
        if stop_asked:
            return Stage.STOPPING
        return Stage.PAUSED if session.state == TransactionState.SUSPENDED else Stage.CHARGING
    if rating is None or rating.state == RatingState.ESTIMATE:
        return Stage.PRICING
    return Stage.CHECKING if rating.state == RatingState.HELD else Stage.DONE


@database.atomic
def visit_open(evse: Evse, email: str) -> Visit:
    """Open a payment for charging here, in the active language; a second try of the same guest is the first one.

    Raises `PaymentRefused`, `StationBusy`.
    """
    evse_lock(evse)
    if start_waiting(evse) is not None:
        raise StationBusy("somebody else is just starting to charge here")
    for earlier in holds_waiting(evse)[:20]:
        if earlier.email == email:
            return Visit(earlier)
        if earlier.state == PaymentState.AUTHORISED:
            raise StationBusy("somebody else is just starting to charge here")
    means = Means(email=email, locale=translation.get_language() or "", back=visit_back_url)
    return Visit(session_pay(evse.station, evse.number, means, Actor(email, source="driver")))


def visit_stop(visit: Visit) -> None:
    """Ask the station to stop, unless it has been asked. Raises `InvalidCommand`."""
    session = visit.session
    if session is None or not session.is_open or visit.stop_asked:
        return
    actor = Actor(visit.payment.email or "guest", source="driver")
    wish, name = RemoteStop(session.reference), visit.payment.public_id
    command_request(session.station, wish, actor, purpose=_STOP, reference=name)


def visit_give_up(visit: Visit) -> None:
    """The guest goes: nothing stays held. Raises `PaymentRefused` when charging has begun."""
    payment_release(
        visit.payment, Actor(visit.payment.email or "guest", source="driver"), "the driver went away"
    )
