"""Short ways to say a tariff, a CDR, a raw session, and what it costs."""

from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from billing.pricing.after_tariff import NO_TERMS, Terms
from billing.pricing.breakdown import breakdown, totals
from billing.pricing.cdr import read_cdr
from billing.pricing.cutting import TariffFrom
from billing.pricing.document import seconds_of
from billing.pricing.exact import Rational
from billing.pricing.rating import Rating, rate
from billing.pricing.session_reader import read_session
from billing.pricing.tariff_reader import read_tariff
from billing.pricing.usage import usage_of

Json = dict[str, Any]


def component(kind: str, price: str, step: int = 1, vat: int | None = None) -> Json:
    said = {"type": kind, "price": Decimal(price), "step_size": step}
    return said if vat is None else said | {"vat": vat}


def element(*components: Json, **restrictions: Any) -> Json:
    said: Json = {"price_components": list(components)}
    return said | {"restrictions": restrictions} if restrictions else said


def tariff(*elements: Json, **fields: Any) -> Json:
    return {"id": "T", "currency": "EUR", "elements": list(elements), **fields}


def period(start: str, **volumes: Any) -> Json:
    """Volumes in kWh, hours, kW, A by the name of the dimension; `tariff_id` too."""
    named = {"tariff_id": volumes.pop("tariff_id")} if "tariff_id" in volumes else {}
    dimensions = [{"type": kind, "volume": volume} for kind, volume in volumes.items()]
    return {"start_date_time": start, "dimensions": dimensions, **named}


def cdr(*periods: Json, end: str | None = None, **fields: Any) -> Json:
    said: Json = {"charging_periods": list(periods), **fields}
    return said | {"end_date_time": end} if end else said


def rated_cdr(
    prices: Json | None, *periods: Json, zone: str | None = "UTC", terms: Terms = NO_TERMS, **fields: Any
) -> Rating:
    tariffs = [read_tariff(prices)] if prices else []
    return rate(read_cdr(cdr(*periods, **fields), tariffs, zone), terms)


def session(start: str, end: str, meter: dict[str, int], states: dict[str, str] | None = None) -> Json:
    states = {start: "charging"} if states is None else states
    return {
        "start": start,
        "end": end,
        "meter": [{"t": time, "wh": wh} for time, wh in meter.items()],
        "states": [{"t": time, "state": state} for time, state in states.items()],
    }


def rated_session(
    prices: Json, said: Json, zone: str | None = "UTC", terms: Terms = NO_TERMS, later: Sequence[Any] = ()
) -> Rating:
    """`later`: pairs of a time and the tariff that applies from then on."""
    read = read_session(said)
    series = [TariffFrom(read.start, read_tariff(prices))]
    series += [TariffFrom(at(time), read_tariff(more)) for time, more in later]
    return rate(usage_of(read, series, zone), terms)


def at(text: str) -> Rational:
    return seconds_of(datetime.fromisoformat(text).astimezone(UTC))


def cost(rating: Rating) -> tuple[str, str]:
    """Exact net and gross."""
    amount = totals(rating)["total_cost"]
    return amount["excl_vat"], amount["incl_vat"]


def net(rating: Rating) -> str:
    return cost(rating)[0]


def lines(rating: Rating, kind: str) -> list[Json]:
    return [line for line in breakdown(rating) if line["line"] == kind]


def notes(rating: Rating) -> list[tuple[str, int | None]]:
    return [(note["code"], note["period"]) for note in lines(rating, "note")]
