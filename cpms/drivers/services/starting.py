"""Starting and stopping on an account: one remote start for each tap, and nobody in another one's way."""

from django.db import transaction as database
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from billing.choices import PaymentPurpose, PaymentState, PaymentWish
from billing.models import PaymentIntent
from chargers.choices import OPEN_COMMANDS, OPEN_STATES, CommandEffect, CommandState, TokenType
from chargers.domain import RemoteStart, RemoteStop, Token
from chargers.models import Command, Evse, Transaction
from chargers.services.commands.send import InvalidCommand, command_request
from cpms.accounts.models import User

from ..models import Driver
from ..places import place_of
from ..selectors import START
from .joining import actor_of
from .standing import standing_at

# What a driver's stop is marked with among the commands of his station.
STOP = "driver_stop"
# A station that is not there now is not started later, when the driver has gone.
_START_WITHIN_S = 60


class CannotStart(Exception):
    """Nothing was started and nothing is charged; the text is for the driver."""


def evse_lock(evse: Evse) -> None:
    """The row of the EVSE is the lock: a double tap starts once, and of two people one is told."""
    Evse.objects.select_for_update(no_key=True).only("pk").get(pk=evse.pk)


def holds_waiting(evse: Evse) -> QuerySet[PaymentIntent]:
    """Payments of guests who are about to charge at the EVSE, newest first."""
    live = (PaymentState.NEW, PaymentState.NEEDS_ACTION, PaymentState.AUTHORISED)
    rows = PaymentIntent.objects.filter(
        station_id=evse.station_id, evse_no=evse.number, purpose=PaymentPurpose.SESSION, transaction=None,
        wish=PaymentWish.HOLD, state__in=live,
    )  # fmt: skip
    return rows.order_by("-id")


def start_waiting(evse: Evse) -> Command | None:
    """The start of a driver that the EVSE was asked for and that has not come to anything yet."""
    undecided = Q(state__in=OPEN_COMMANDS) | Q(state=CommandState.ACCEPTED, effect=CommandEffect.PENDING)
    return Command.objects.filter(undecided, purpose=START, reference=evse.public_id).order_by("-id").first()


@database.atomic
def session_start(driver: Driver, evse: Evse) -> Command:
    """Ask the charger to start on the driver's account; a second tap is the first one. Raises `CannotStart`."""
    evse_lock(evse)
    earlier = start_waiting(evse)
    if earlier is not None and earlier.actor_user_id == driver.user_id:
        return earlier
    if earlier is not None or holds_waiting(evse).filter(state=PaymentState.AUTHORISED).exists():
        raise CannotStart(_("Somebody else is just starting to charge here."))
    _check(driver, evse)
    assert driver.app_tag is not None
    wish = RemoteStart(Token(driver.app_tag.uid, TokenType.CENTRAL), evse.number)
    try:
        return command_request(
            evse.station, wish, actor_of(driver.user), expires_in_s=_START_WITHIN_S, purpose=START,
            reference=evse.public_id,
        )  # fmt: skip
    except InvalidCommand as error:
        raise CannotStart(str(error)) from None


def _check(driver: Driver, evse: Evse) -> None:
    if driver.organisation_id != evse.station.organisation_id:
        raise CannotStart(_("Your account is with another operator."))
    if not place_of(evse, driver.app_tag).is_open:
        raise CannotStart(_("This charger cannot be started just now. Nothing was charged."))
    standing = standing_at(driver, evse)
    if standing.why:
        raise CannotStart(standing.why)
    if Transaction.objects.filter(id_tag=driver.app_tag, state__in=OPEN_STATES).exists():
        raise CannotStart(_("You are charging already. Stop that session first."))


def stop_asked(session: Transaction) -> bool:
    """Whether the station was asked to stop and has not said no."""
    asked = Command.objects.filter(station_id=session.station_id, reference=session.public_id, purpose=STOP)
    newest = asked.order_by("-id").first()
    return newest is not None and newest.state in (*OPEN_COMMANDS, CommandState.ACCEPTED)


def session_stop(user: User, session: Transaction) -> None:
    """Ask the station to stop the person's session, unless it has been asked. Raises `InvalidCommand`."""
    if session.is_open and not stop_asked(session):
        wish, actor = RemoteStop(session.reference), actor_of(user)
        command_request(session.station, wish, actor, purpose=STOP, reference=session.public_id)
