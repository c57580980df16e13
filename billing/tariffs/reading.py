"""An OCPI document read as a plain tariff, if the plain form can say all of it."""

from datetime import time
from decimal import Decimal
from typing import Any

from billing.pricing.document import At
from billing.pricing.errors import Refused
from billing.pricing.exact import Rational, exact, ratio
from billing.pricing.rounding import plain as digits
from billing.pricing.tariff import Dimension, PriceLimit, Restrictions, Tariff, TariffElement, TaxIncluded
from billing.pricing.tariff_reader import read_tariff

from .plain import PlainTariff, Prices, Row, When
from .writing import MINUTES_PER_HOUR, document

_SHOWN = frozenset(("currency", "tax_included", "tariff_alt_text", "min_price", "max_price", "elements"))


def plain_tariff(body: Any) -> PlainTariff | None:
    """The plain form of a document that was read by `exact.loads`; None where it says more than that form can.

    What comes back writes the same tariff, or it would not come back. Raises `Refused` for no tariff at all.
    """
    tariff, texts = read_tariff(body), texts_of(body)
    kept = {key: value for key, value in body.items() if key not in _SHOWN}
    try:
        found = _plain(tariff, texts, kept)
        return found if _says_the_same(found, tariff, texts) else None
    except (_Involved, Refused):
        return None


def texts_of(body: Any) -> dict[str, str]:
    """`tariff_alt_text` by language. Raises `Refused` for what is no such list."""
    given = At(body).object().maybe("tariff_alt_text")
    entries = [one.object() for one in given.items()] if given else []
    return {one.need("language").text(): one.need("text").text() for one in entries}


class _Involved(Exception):
    """The plain form cannot say this."""


def _says_the_same(found: PlainTariff, tariff: Tariff, texts: dict[str, str]) -> bool:
    written = document(found)
    return read_tariff(written) == tariff and texts_of(written) == texts


def _plain(tariff: Tariff, texts: dict[str, str], kept: dict[str, Any]) -> PlainTariff:
    rest = list(tariff.elements)
    idle = rest.pop() if _is_idle_fee(rest[-1]) else None
    base = rest.pop() if rest and not rest[-1].restrictions.given else None
    prices = _prices(base) if base else Prices()
    fee = _prices(idle).idle_minute if idle else None
    return PlainTariff(
        currency=tariff.currency,
        prices=Prices(prices.kwh, prices.minute, prices.session, fee),
        tax=tariff.tax_included,
        vat=_one_rate(tariff),
        idle_after_minutes=_minutes(idle.restrictions.min_duration_s) if idle else None,
        rows=tuple(Row(_when(element.restrictions), _prices(element)) for element in rest),
        minimum=_limit(tariff, tariff.min_price),
        maximum=_limit(tariff, tariff.max_price),
        texts=texts,
        kept=kept,
    )


def _is_idle_fee(element: TariffElement) -> bool:
    dimensions = [component.dimension for component in element.components]
    return dimensions == [Dimension.PARKING_TIME] and set(element.restrictions.given) <= {"min_duration_s"}


def _one_rate(tariff: Tariff) -> Decimal | None:
    rates = {component.vat for element in tariff.elements for component in element.components}
    if len(rates) > 1:
        raise _Involved
    return _decimal(rates.pop())


def _prices(element: TariffElement) -> Prices:
    by_name = {component.dimension: component.price for component in element.components}
    return Prices(
        kwh=_decimal(by_name.get(Dimension.ENERGY)),
        minute=_a_minute(by_name.get(Dimension.TIME)),
        session=_decimal(by_name.get(Dimension.FLAT)),
        idle_minute=_a_minute(by_name.get(Dimension.PARKING_TIME)),
    )


def _a_minute(hourly: Rational | None) -> Decimal | None:
    return None if hourly is None else _decimal(ratio(hourly, MINUTES_PER_HOUR))


def _when(given: Restrictions) -> When:
    return When(
        days=tuple(sorted(given.days or ())),
        from_time=_clock(given.start_time),
        until_time=_clock(given.end_time),
        from_kwh=_thousandth(given.min_wh),
        below_kwh=_thousandth(given.max_wh),
        from_minute=_minutes(given.min_duration_s),
        below_minute=_minutes(given.max_duration_s),
        from_kw=_thousandth(given.min_power_w),
        below_kw=_thousandth(given.max_power_w),
    )


def _limit(tariff: Tariff, limit: PriceLimit) -> Decimal | None:
    return _decimal(limit.gross if tariff.tax_included is TaxIncluded.YES else limit.net)


def _thousandth(value: Rational | None) -> Decimal | None:
    return None if value is None else _decimal(ratio(value, 1000))


def _minutes(seconds: Rational | None) -> int | None:
    if seconds is None:
        return None
    minutes = ratio(seconds, 60)
    if not isinstance(minutes, int):
        raise _Involved
    return minutes


def _clock(seconds: int | None) -> time | None:
    return None if seconds is None else time(seconds // 3600, seconds % 3600 // 60)


def _decimal(value: Rational | None) -> Decimal | None:
    """The same number as a `Decimal`. Raises for one whose digits never end."""
    if value is None:
        return None
    found = Decimal(digits(value))
    if exact(found) != value:
        raise _Involved
    return found
