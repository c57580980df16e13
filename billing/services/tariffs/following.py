"""What a tariff version that follows a market costs now, in words, and what a draft may follow."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError

from billing.models import PriceSeries, TariffFamily, TariffVersion
from billing.pricing.document import At
from billing.pricing.errors import Refused
from billing.pricing.exact import Rational, exact, loads
from billing.pricing.market import Formula, check_follows, read_formula
from billing.pricing.tariff import Tariff
from billing.tariffs.following import Today, formula_text, today_text, with_energy
from billing.tariffs.look import Moment
from billing.tariffs.words import PriceLine, price_lines, price_sentence

from ..ratings.following import formula_of
from .canonical import canonical
from .market import price_at, prices_known


@dataclass(frozen=True, slots=True)
class Follows:
    """The series a draft shall follow, and how: `{"factor", "surcharge", "floor", "cap", "missing"}`."""

    series: PriceSeries
    formula: dict[str, Any]

    @property
    def text(self) -> str:
        """The formula as canonical JSON, without what was left empty."""
        return canonical({name: value for name, value in self.formula.items() if value is not None})

    def read(self) -> Formula:
        """As the engine takes it. Raises ValidationError naming the field."""
        try:
            return read_formula(At(loads(self.text)))
        except Refused as refused:
            raise ValidationError({refused.place or "formula": refused.problem}) from None


def follows_of(version: TariffVersion | None) -> Follows | None:
    """What a version follows."""
    if version is None or version.series is None:
        return None
    return Follows(version.series, loads(version.formula))


def follows_check(follows: Follows, family: TariffFamily, tariff: Tariff) -> None:
    """Raises ValidationError where the series, the formula or the tariff does not go with the others."""
    if follows.series.organisation_id != family.organisation_id:
        raise ValidationError({"series": "belongs to another organisation"})
    if follows.series.currency != tariff.currency:
        problem = f"is in {follows.series.currency}, and the tariff in {tariff.currency}"
        raise ValidationError({"series": problem})
    follows.read()
    try:
        check_follows(tariff)
    except Refused as refused:
        raise ValidationError({"body": str(refused)}) from None


def version_lines(
    version: TariffVersion, tariff: Tariff, at: datetime, with_tax: bool = False
) -> tuple[PriceLine, ...]:
    """Every price of a version at an instant; the one of energy as the market makes it."""
    lines, formula = price_lines(tariff, with_tax), formula_of(version)
    if formula is None or version.series is None:
        return lines
    return with_energy(lines, today_text(tariff, formula, today_of(version.series, at), with_tax))


def version_sentence(version: TariffVersion, tariff: Tariff) -> str:
    """The whole price of a version; where energy follows a market, how."""
    return price_sentence(tariff, energy=version_follows(version))


def version_follows(version: TariffVersion) -> str:
    """How a version follows a market, in words; empty for one that does not."""
    formula = formula_of(version)
    if formula is None or version.series is None:
        return ""
    return formula_text(formula, version.series.name, version.currency)


def today_of(series: PriceSeries, at: datetime) -> Today:
    """What the market asks at an instant and on its day."""
    zone = ZoneInfo(series.time_zone)
    begin = datetime.combine(at.astimezone(zone).date(), time(), zone)
    prices = [point.price for point in prices_known(series, begin, begin + timedelta(days=1))]
    return Today(
        market_at(series, at), _exact(min(prices, default=None)), _exact(max(prices, default=None)),
        series.resolution_minutes,
    )  # fmt: skip


def market_at(series: PriceSeries, at: datetime) -> Rational | None:
    """What the market asks at an instant; None where nobody knows."""
    point = price_at(series, at)
    return _exact(point.price if point else None)


def _exact(price: Decimal | None) -> Rational | None:
    return None if price is None else exact(price)


def moment_of(follows: Follows, at: datetime) -> Moment:
    """The market at an instant, for a look at a draft. Raises ValidationError naming the field."""
    formula, series = follows.read(), follows.series
    return Moment(formula, market_at(series, at), formula_text(formula, series.name, series.currency))
