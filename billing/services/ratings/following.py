"""Tariffs that follow a market: the prices a session was rated by become part of its facts, so that they stay.

`{"market": {"length_s": 900, "points": [{"t", "price"}]}}`: prices per kWh without tax of the intervals it touches.
"""

from datetime import UTC, datetime, timedelta
from typing import Any, Final

from billing.models import PriceSeries, TariffVersion
from billing.pricing.cutting import TariffFrom
from billing.pricing.document import At
from billing.pricing.exact import Rational, loads
from billing.pricing.market import Followed, Formula, following, read_formula, read_market
from billing.pricing.tariff import Tariff
from billing.pricing.timeline import Session
from billing.services.tariffs.canonical import canonical
from billing.services.tariffs.market import prices_known

MARKET: Final = "market"
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


def formula_of(version: TariffVersion) -> Formula | None:
    """How a version follows its series; None for one that follows none."""
    return read_formula(At(loads(version.formula))) if version.formula else None


def with_market(facts: str, version: TariffVersion | None, session: Session) -> str:
    """Facts with the prices that a version needs for a session; those that have some keep them."""
    if version is None or version.series is None:
        return facts
    document = loads(facts)
    if MARKET in document:
        return facts
    return canonical(document | {MARKET: market_for(version.series, session.start, session.end)})


def without_market(facts: str) -> str:
    """The same facts for another tariff."""
    return canonical({name: value for name, value in loads(facts).items() if name != MARKET})


def market_for(series: PriceSeries, start: Rational, end: Rational) -> dict[str, Any]:
    """The prices of the intervals between two instants, as far as they are known."""
    since, until = (_EPOCH + timedelta(seconds=float(instant)) for instant in (start, end))
    points = prices_known(series, since, until)
    told = [{"t": f"{point.starts_at:%Y-%m-%dT%H:%M:%SZ}", "price": point.price} for point in points]
    return {"length_s": series.length_s, "points": told}


def followed(facts: At, tariff: Tariff, formula: Formula | None, session: Session) -> Followed:
    """The tariff over a session: one, or what each interval makes of it. Raises `Refused`."""
    if formula is None:
        return Followed([TariffFrom(session.start, tariff)], [])
    prices = read_market(facts.need(MARKET))
    return following(tariff, formula, prices, session.start, session.end)
