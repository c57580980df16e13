"""A plain tariff written as an OCPI 2.2.1 document with the 2.3.0 fields. Rows come first: the first match decides."""

from collections.abc import Iterator
from datetime import time
from decimal import Decimal
from typing import Any

from billing.pricing.tariff import WEEKDAYS, Dimension, TaxIncluded

from .plain import PlainTariff, Prices, When

MINUTES_PER_HOUR = 60
_SECONDS_PER_MINUTE = 60


def document(tariff: PlainTariff) -> dict[str, Any]:
    """The OCPI object, numbers exact; fit for `canonical`. OCPI prices time by the hour."""
    optional = {
        "tariff_alt_text": [{"language": code, "text": text} for code, text in sorted(tariff.texts.items())],
        "min_price": _limit(tariff, tariff.minimum),
        "max_price": _limit(tariff, tariff.maximum),
    }
    needed = {
        "currency": tariff.currency,
        "tax_included": str(tariff.tax),
        "elements": list(_elements(tariff)),
    }
    return {**tariff.kept, **{key: value for key, value in optional.items() if value}, **needed}


def _limit(tariff: PlainTariff, amount: Decimal | None) -> dict[str, Decimal] | None:
    side = "incl_vat" if tariff.tax is TaxIncluded.YES else "excl_vat"
    return None if amount is None else {side: amount}


def _elements(tariff: PlainTariff) -> Iterator[dict[str, Any]]:
    for row in tariff.rows:
        yield _element(tariff, row.then, _restrictions(row.when))
    base, idle = tariff.prices, tariff.prices.idle_minute
    if any(price is not None for price in (base.kwh, base.minute, base.session)):
        yield _element(tariff, Prices(base.kwh, base.minute, base.session), {})
    if idle is not None:
        yield _element(
            tariff, Prices(idle_minute=idle), _restrictions(When(from_minute=tariff.idle_after_minutes))
        )


def _element(tariff: PlainTariff, prices: Prices, restrictions: dict[str, Any]) -> dict[str, Any]:
    priced = (
        (Dimension.ENERGY, prices.kwh),
        (Dimension.TIME, _hourly(prices.minute)),
        (Dimension.FLAT, prices.session),
        (Dimension.PARKING_TIME, _hourly(prices.idle_minute)),
    )
    components = [_component(tariff, name, price) for name, price in priced if price is not None]
    return {"price_components": components} | ({"restrictions": restrictions} if restrictions else {})


def _hourly(price: Decimal | None) -> Decimal | None:
    return None if price is None else price * MINUTES_PER_HOUR


def _component(tariff: PlainTariff, dimension: Dimension, price: Decimal) -> dict[str, Any]:
    taxed = tariff.vat is not None and tariff.tax is not TaxIncluded.NOT_APPLICABLE
    vat = {"vat": tariff.vat} if taxed else {}
    return {"type": str(dimension), "price": price, "step_size": 1, **vat}


def _restrictions(when: When) -> dict[str, Any]:
    found = {
        "day_of_week": [WEEKDAYS[day] for day in sorted(when.days)] or None,
        "start_time": _clock(when.from_time),
        "end_time": _clock(when.until_time),
        "min_kwh": when.from_kwh,
        "max_kwh": when.below_kwh,
        "min_duration": _seconds(when.from_minute),
        "max_duration": _seconds(when.below_minute),
        "min_power": when.from_kw,
        "max_power": when.below_kw,
    }
    return {key: value for key, value in found.items() if value is not None}


def _clock(moment: time | None) -> str | None:
    return None if moment is None else f"{moment:%H:%M}"


def _seconds(minutes: int | None) -> int | None:
    return minutes * _SECONDS_PER_MINUTE if minutes else None
