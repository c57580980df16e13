"""When standing idle begins to cost something: asked while a session runs, so that its driver can be told before."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from .charging import situations
from .cutting import TariffFrom
from .exact import Rational
from .lines import Tax
from .matching import match
from .period import Phase
from .tariff import Dimension
from .timeline import Session, State, StateChange
from .usage import usage_of
from .wall_clock import wall_clock

# What comes later than a day from now concerns nobody now.
HORIZON_S = 86_400


@dataclass(frozen=True, slots=True)
class IdlePrice:
    """From `at` on (s since 1970) an hour of the vehicle asking for nothing costs `gross`, with tax."""

    at: Rational
    gross: Rational


def idle_price(
    session: Session, since: Rational, series: Sequence[TariffFrom], zone: str
) -> IdlePrice | None:
    """The first price of idle time, as if the vehicle asked for nothing from `since` on; None where there is none.

    Raises `Refused` for a zone that does not exist.
    """
    end = since + HORIZON_S
    told = [change for change in session.states if change.at < since]
    begun = told or [StateChange(session.start, State.CHARGING)]
    idle = replace(session, end=end, states=(*begun, StateChange(since, State.SUSPENDED_EV)))
    clock = wall_clock(zone, session.start, end)
    for situation in situations(usage_of(idle, series, zone).periods, clock):
        period = situation.period
        found = match(period.tariff, Dimension.PARKING_TIME, Phase.CHARGING, situation)
        if period.start >= since and found is not None and found.component.price > 0:
            tax = Tax(found.component.vat, period.tariff.tax_included)
            return IdlePrice(period.start, tax.net_and_gross(found.component.price)[1])
    return None
