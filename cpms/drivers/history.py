"""A driver's sessions as a table: when, where, how much, what for."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import islice
from typing import Final

from django.db.models import QuerySet

from billing.choices import RatingState
from billing.models import Rating
from billing.pricing.exact import ratio
from billing.pricing.rounding import minor_decimals
from billing.services.ratings.evidence import zone_of
from billing.tariffs.numbers import money_text, number_text
from chargers.models import Transaction

from .choices import SessionState
from .selectors import prices_of

HEAD: Final = (
    "session", "started_at", "ended_at", "operator", "site", "station", "evse", "card", "energy_kwh", "cost",
    "currency", "state",
)  # fmt: skip
_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Row:
    """A session with its price as it stands; None while there is none."""

    session: Transaction
    price: Rating | None

    @property
    def state(self) -> SessionState:
        """Whether it runs, is priced, or is looked at."""
        if self.session.is_open:
            return SessionState.RUNNING
        if self.price is None or self.price.state == RatingState.ESTIMATE:
            return SessionState.PRICING
        return SessionState.CHECKING if self.price.state == RatingState.HELD else SessionState.DONE

    @property
    def zone(self) -> str:
        """Of the place: there it was that time."""
        return zone_of(self.session.station)

    @property
    def energy_wh(self) -> int | None:
        """Of the price, so that both agree; before there is one, what the station said."""
        return self.price.energy_wh if self.price else self.session.energy_wh

    @property
    def energy(self) -> str:
        """`12.40 kWh`, "" while nobody knows."""
        wh = self.energy_wh
        return "" if wh is None else f"{number_text(ratio(round(wh / 10), 100), 2)} kWh"

    @property
    def cost(self) -> str:
        """`4.90 EUR`, "" without a price."""
        price = self.price
        return (
            money_text(price.gross_minor, price.currency) if price and price.gross_minor is not None else ""
        )


def rows_of(sessions: Iterable[Transaction]) -> list[Row]:
    """The sessions with their prices, in their order."""
    rows = list(sessions)
    prices = prices_of(rows)
    return [Row(one, prices.get(one.pk)) for one in rows]


def cells(sessions: QuerySet[Transaction]) -> Iterator[Sequence[str]]:
    """The whole history, a row a session as in `HEAD`: times in UTC, amounts with a decimal point."""
    waiting = sessions.iterator(chunk_size=_AT_ONCE)
    while some := list(islice(waiting, _AT_ONCE)):
        yield from map(_cells, rows_of(some))


def _cells(row: Row) -> Sequence[str]:
    session, station, price = row.session, row.session.station, row.price
    kwh = str(Decimal(row.energy_wh).scaleb(-3)) if row.energy_wh is not None else ""
    cost = _plain(price) if price and price.gross_minor is not None else ""
    return (
        session.public_id, session.started_at.isoformat(), session.ended_at.isoformat() if session.ended_at else "",
        station.organisation.name, station.site.name if station.site else "", station.label,
        str(session.evse_no or ""), card_label(session), kwh, cost, price.currency if price else "", row.state.value,
    )  # fmt: skip


def card_label(session: Transaction) -> str:
    """The name the driver gave his card; the tail of its number where it has none."""
    tag = session.id_tag
    if tag is not None and tag.label:
        return tag.label
    return f"..{session.uid[-4:]}" if session.uid else ""


def _plain(price: Rating) -> str:
    return str(Decimal(price.gross_minor or 0).scaleb(-minor_decimals(price.currency)))
