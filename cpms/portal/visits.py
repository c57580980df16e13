"""One visit of a guest: the payment he opened at a charger, the session that came of it, the price.

The link of a visit is its only key. It is signed, so that nobody finds visits by trying.
"""

from dataclasses import dataclass
from functools import cached_property

from django.core.signing import BadSignature, Signer
from django.db import transaction as database

from billing.choices import OUTCOMES, PaymentPurpose, PaymentState, PaymentWish, RatingState
from billing.choices.payments import ENDED_UNPAID
from billing.models import PaymentIntent, Rating
from billing.services.payments.opening import Means, PaymentRefused, session_pay
from billing.services.payments.settling import payment_release
from billing.services.payments.starting import session_of
from chargers.choices import OPEN_COMMANDS, CommandState, TransactionState
from chargers.domain import RemoteStop
from chargers.models import Command, Evse, MeterValue, Transaction
from chargers.services.commands.send import command_request
from cpms.core.actors import Actor

from .states import FINAL_STAGES, Stage

_SIGNER = Signer(salt="portal.visit", sep=".")
CURVE_POINTS = 60
# What a driver's stop is marked with among the commands of his station.
_STOP = "visit_stop"


class StationBusy(PaymentRefused):
    """Somebody else's money is held for this EVSE."""


@dataclass(frozen=True)
class Visit:
    """A payment with its session, if it came to one."""

    payment: PaymentIntent

    @property
    def token(self) -> str:
        """What its link ends with."""
        return token_of(self.payment.public_id)

    @cached_property
    def session(self) -> Transaction | None:
        """The session that was started with this payment."""
        if self.payment.transaction_id is not None:
            return self.payment.transaction
        return session_of(self.payment) if self.payment.uid else None

    @cached_property
    def rating(self) -> Rating | None:
        """The price: final, or what it would be if the last reading were the end."""
        if self.session is None:
            return None
        rows = Rating.objects.select_related("version").filter(transaction=self.session)
        return rows.filter(state__in=OUTCOMES).first() or rows.filter(state=RatingState.ESTIMATE).first()

    @cached_property
    def readings(self) -> list[MeterValue]:
        """The newest readings of the session, newest first."""
        if self.session is None:
            return []
        values = MeterValue.objects.filter(
            transaction_id=self.session.pk, taken_at__gte=self.session.started_at
        )
        return list(values.defer("samples").order_by("-taken_at", "-id")[:CURVE_POINTS])

    @cached_property
    def stage(self) -> Stage:
        """How far it has come."""
        return _stage_of_session(self, self.session) if self.session else _stage_of_payment(self.payment)

    @property
    def is_final(self) -> bool:
        """Whether the page has nothing more to wait for: neither for the session nor for the money."""
        return self.stage in FINAL_STAGES and not self.payment.is_live

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
    return _SIGNER.sign(payment)


def visit_of(token: str) -> Visit | None:
    """The visit of a link; None for a link that we did not make."""
    try:
        name = _SIGNER.unsign(token)
    except BadSignature:
        return None
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


def _stage_of_session(visit: Visit, session: Transaction) -> Stage:
    if session.is_open:
        if visit.stop_asked:
            return Stage.STOPPING
        return Stage.PAUSED if session.state == TransactionState.SUSPENDED else Stage.CHARGING
    rating = visit.rating
    if rating is None or rating.state == RatingState.ESTIMATE:
        return Stage.PRICING
    return Stage.CHECKING if rating.state == RatingState.HELD else Stage.DONE


@database.atomic
def visit_open(evse: Evse, email: str) -> Visit:
    """Open a payment for charging here; a second try of the same guest is the first one.

    Raises `PaymentRefused`, `StationBusy`.
    """
    # The row of the EVSE is the lock: a double tap makes one hold, and of two guests one is told.
    Evse.objects.select_for_update(no_key=True).only("pk").get(pk=evse.pk)
    for earlier in _waiting(evse):
        if earlier.email == email:
            return Visit(earlier)
        if earlier.state == PaymentState.AUTHORISED:
            raise StationBusy("somebody else is just starting to charge here")
    return Visit(session_pay(evse.station, evse.number, Means(email=email), Actor(email, source="driver")))


def _waiting(evse: Evse) -> list[PaymentIntent]:
    live = (PaymentState.NEW, PaymentState.NEEDS_ACTION, PaymentState.AUTHORISED)
    rows = PaymentIntent.objects.filter(
        station_id=evse.station_id, evse_no=evse.number, purpose=PaymentPurpose.SESSION, transaction=None,
        wish=PaymentWish.HOLD, state__in=live,
    )  # fmt: skip
    return list(rows.order_by("-id")[:20])


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
