"""A tariff as a station owner thinks of it; `writing` makes an OCPI document of it, `reading` reads it from one.

Money is in the currency's main unit, per kWh, per minute or per session; energy kWh, power kW, time minutes.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import time
from decimal import Decimal
from typing import Any

from billing.pricing.tariff import TaxIncluded


@dataclass(frozen=True, slots=True)
class Prices:
    """What things cost; None is not priced here, zero is free."""

    kwh: Decimal | None = None
    minute: Decimal | None = None
    session: Decimal | None = None
    idle_minute: Decimal | None = None


@dataclass(frozen=True, slots=True)
class When:
    """Conditions that must all hold. Lower bounds are inclusive, upper ones are not; days are 0 (Monday) to 6."""

    days: tuple[int, ...] = ()
    from_time: time | None = None
    until_time: time | None = None
    from_kwh: Decimal | None = None
    below_kwh: Decimal | None = None
    from_minute: int | None = None
    below_minute: int | None = None
    from_kw: Decimal | None = None
    below_kw: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """Other prices when conditions hold. The first row that fits decides, each kind of price by itself."""

    when: When
    then: Prices


@dataclass(frozen=True, slots=True)
class PlainTariff:
    """`idle_after_minutes` counts from the start of the session (OCPI `min_duration`).

    `minimum` and `maximum` are with tax where prices are. `texts` are by language. `kept` are fields of the document
    that this form does not show and leaves as they are.
    """

    currency: str
    prices: Prices
    tax: TaxIncluded = TaxIncluded.YES
    vat: Decimal | None = None
    idle_after_minutes: int | None = None
    rows: tuple[Row, ...] = ()
    minimum: Decimal | None = None
    maximum: Decimal | None = None
    texts: Mapping[str, str] = field(default_factory=dict)
    kept: Mapping[str, Any] = field(default_factory=dict)
