"""A signed-in driver's session as the visit page shows it: from the tap over the running session to the receipt."""

from dataclasses import dataclass
from functools import cached_property

from django.urls import reverse

from billing.models import Account, Invoice, Rating
from chargers.models import ChargingStation, Command, Evse, MeterValue, Transaction
from cpms.accounts.models import User
from cpms.drivers.selectors import evse_of_start, prices_of, sessions_of
from cpms.drivers.services.receipt_text import invoice_of
from cpms.drivers.services.starting import stop_asked

from .told.refusals import not_started
from .told.states import FINAL_STAGES, Stage
from .visits import newest_readings, papers_come, stage_of_session


@dataclass(frozen=True)
class OwnSession:
    """A session on somebody's account. Shown like a guest's visit, and without a payment of its own."""

    session: Transaction
    held_minor = 0
    paid_minor = 0
    failure = ""
    why_not = ""
    free_again = True
    payment = None

    @property
    def station(self) -> ChargingStation:
        """Where it is charged."""
        return self.session.station

    @property
    def evse_no(self) -> int | None:
        """At which of its places."""
        return self.session.evse_no

    @property
    def currency(self) -> str:
        """Of its price."""
        return self.rating.currency if self.rating else ""

    @cached_property
    def rating(self) -> Rating | None:
        """The price: final, or what it would be if the last reading were the end."""
        return prices_of([self.session]).get(self.session.pk)

    @cached_property
    def invoice(self) -> Invoice | None:
        """What was issued for it alone; a fleet's month is for the fleet."""
        return invoice_of(self.session)

    @property
    def account(self) -> Account | None:
        """Who pays."""
        agreement = getattr(self.session, "price_agreement", None)
        return agreement.account if agreement else None

    @cached_property
    def readings(self) -> list[MeterValue]:
        """The newest readings, newest first."""
        return newest_readings(self.session)

    @cached_property
    def stop_asked(self) -> bool:
        """Whether the station was asked to stop and has not said no."""
        return stop_asked(self.session)

    @cached_property
    def stage(self) -> Stage:
        """How far it has come."""
        return stage_of_session(self.session, self.rating, self.stop_asked)

    @property
    def is_final(self) -> bool:
        """Whether the page has nothing more to wait for."""
        return self.stage in FINAL_STAGES and not papers_come(self)

    @property
    def page(self) -> str:
        """Its address; the moving part and the stop stand below it."""
        return reverse("portal:session", args=[self.session.public_id])


@dataclass(frozen=True)
class OwnStart:
    """A start that was asked for, until a session comes of it."""

    user: User
    command: Command
    session = None
    rating = None
    account = None
    readings: tuple[MeterValue, ...] = ()
    held_minor = 0
    paid_minor = 0
    currency = ""
    failure = ""
    free_again = True
    stop_asked = False
    payment = None

    @property
    def station(self) -> ChargingStation:
        """Where it was asked for."""
        return self.command.station

    @property
    def evse_no(self) -> int | None:
        """At which of its places."""
        return self.evse.number if self.evse else None

    @cached_property
    def evse(self) -> Evse | None:
        """The place."""
        return evse_of_start(self.command)

    @cached_property
    def came(self) -> Transaction | None:
        """The session that came of it: the driver's first one here since."""
        rows = sessions_of(self.user).filter(station_id=self.command.station_id)
        return rows.filter(start_received_at__gte=self.command.created_at).order_by("id").first()

    @property
    def why_not(self) -> str:
        """Why no session will come of it, empty while one still may."""
        return not_started(self.command)

    @property
    def stage(self) -> Stage:
        """Whether it still may begin."""
        return Stage.NOT_STARTED if self.why_not else Stage.STARTING

    @property
    def is_final(self) -> bool:
        """Whether the page has nothing more to wait for."""
        return self.stage in FINAL_STAGES

    @property
    def page(self) -> str:
        """Its address."""
        return reverse("portal:start", args=[self.command.public_id])
