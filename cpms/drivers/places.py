"""One EVSE as a driver needs to see it: whether it works, what it costs, what is held."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from billing.pricing.exact import ratio
from billing.providers import NoProvider, current
from billing.services.payments.opening import HoldAmount, PaymentRefused, hold_amount
from billing.services.ratings.payers import paying_account
from billing.services.ratings.pricing import tariff_of
from billing.services.subscriptions.included import plan_group
from billing.services.tariffs.choice import tariff_choose
from billing.services.tariffs.following import version_lines
from billing.tariffs.numbers import money_text, number_text
from billing.tariffs.words import PriceLine, limit_texts, tax_text
from chargers.choices import OPEN_STATES, Availability, ConnectorStatus
from chargers.models import Connector, Evse, IdTag, Transaction
from chargers.stickers import code_of
from cpms.core import clock

from .choices import OPEN_PLACES, PlaceState

# Which status of a connector closes an EVSE, the worst first.
_CLOSING = {
    ConnectorStatus.FAULTED: PlaceState.BROKEN,
    ConnectorStatus.UNAVAILABLE: PlaceState.CLOSED,
    ConnectorStatus.RESERVED: PlaceState.RESERVED,
}
_IN_USE = (
    ConnectorStatus.CHARGING, ConnectorStatus.SUSPENDED_EV, ConnectorStatus.SUSPENDED_EVSE,
    ConnectorStatus.FINISHING,
)  # fmt: skip
_PLUGGED = (ConnectorStatus.PREPARING, ConnectorStatus.OCCUPIED)
# The card forms that the pages can send a guest to: a page of ours for the fake provider, Stripe's own for Stripe.
CARD_FORMS = ("fake", "stripe")


@dataclass(frozen=True, slots=True)
class Price:
    """The full price in the order of EU 2023/1804 art. 5, and what is held before charging begins."""

    lines: tuple[PriceLine, ...]
    limits: tuple[str, ...]
    tax: str
    hold: HoldAmount

    @property
    def held(self) -> str:
        """`50.00 EUR`."""
        return money_text(self.hold.minor, self.hold.currency)


@dataclass(frozen=True, slots=True)
class Place:
    """An EVSE with its code, its state since when, the session that uses it and the last one that gave energy."""

    evse: Evse
    code: str
    state: PlaceState
    session: Transaction | None
    worked_at: datetime | None
    connectors: list[Connector]
    price: Price | None

    @property
    def is_open(self) -> bool:
        """Whether charging can be asked for now."""
        return self.state in OPEN_PLACES

    @property
    def max_power_w(self) -> int:
        """The most any connector gives, 0 when nobody said."""
        return max((one.max_power_w or 0 for one in self.connectors), default=0)

    @property
    def kw(self) -> str:
        """The same in kW, for people."""
        return number_text(ratio(self.max_power_w, 1000))


def place_of(evse: Evse, id_tag: IdTag | None = None) -> Place:
    """The EVSE as it stands now, with the price for whoever holds the tag."""
    connectors = list(evse.connectors.order_by("number"))
    session = _sessions(evse).filter(state__in=OPEN_STATES).order_by("-id").first()
    return Place(
        evse, code_of(evse), state_of(evse, connectors, session), session, _worked_at(evse),
        connectors, price_of(evse, id_tag),
    )  # fmt: skip


def _sessions(evse: Evse) -> QuerySet[Transaction]:
    return Transaction.objects.filter(station_id=evse.station_id, evse_no=evse.number)


def _worked_at(evse: Evse) -> datetime | None:
    """When somebody last got energy here: better evidence than what a charger says of itself."""
    good = _sessions(evse).filter(ended_at__isnull=False, energy_wh__gt=0).order_by("-ended_at").first()
    return good.ended_at if good else None


def state_of(evse: Evse, connectors: list[Connector], session: Transaction | None) -> PlaceState:
    """Whether one can charge there now, by what is wanted, reported and running."""
    link = getattr(evse.station, "connection", None)
    wanted = (evse.desired_availability, evse.station.desired_availability)
    if Availability.INOPERATIVE in wanted:
        return PlaceState.CLOSED
    if link is None or not link.is_open:
        return PlaceState.AWAY
    statuses = [one.status for one in connectors]
    closed = next((state for status, state in _CLOSING.items() if status in statuses), None)
    if session is not None or any(status in _IN_USE for status in statuses):
        return PlaceState.BUSY
    return closed or (PlaceState.PLUGGED if any(s in _PLUGGED for s in statuses) else PlaceState.FREE)


def price_of(evse: Evse, id_tag: IdTag | None = None) -> Price | None:
    """What a guest, or whoever holds the tag, pays here now; None where no tariff says."""
    now = clock.now()
    plan = plan_group(paying_account(id_tag), now)
    version = tariff_choose(evse.station, evse.number, id_tag, now, plan).version
    if version is None:
        return None
    tariff = tariff_of(version.body)
    try:
        hold = hold_amount(evse.station, evse.number, id_tag)
    except PaymentRefused:
        return None
    return Price(
        version_lines(version, tariff, now, with_tax=True), tuple(limit_texts(tariff, with_tax=True)),
        tax_text(tariff, with_tax=True), hold,
    )  # fmt: skip


def takes_guests() -> bool:
    """Whether a payment provider is set up whose card form a guest can be sent to."""
    try:
        return current() in CARD_FORMS
    except NoProvider:
        return False
