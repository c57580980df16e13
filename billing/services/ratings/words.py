"""A rating told line by line: what was measured, at which price, and why that price."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from typing import Any, Final
from zoneinfo import ZoneInfo

from billing.choices import Doubt
from billing.models import Rating
from billing.pricing.rounding import rounded
from billing.pricing.tariff import Tariff, TaxIncluded
from billing.tariffs.conditions import condition
from billing.tariffs.numbers import number_text, price_text

from .pricing import tariff_of

_TITLES: Final = {
    "ENERGY": "Energy", "TIME": "Charging time", "PARKING_TIME": "Idle time", "FLAT": "Per session",
    "RESERVATION_TIME": "Reservation",
}  # fmt: skip
_WHILE: Final = {
    "TIME": "of charging",
    "PARKING_TIME": "plugged in without charging",
    "RESERVATION_TIME": "reserved",
}
_ADJUSTED: Final = {
    "mark_up": "Mark-up", "entitlement": "Included units", "discount": "Discount", "voucher": "Voucher",
}  # fmt: skip
_FLAGS: Final = {
    "above_maximum": "more energy than the connector can deliver was told; only what it can deliver is charged",
    "clock_error": "the station's clock was wrong for some readings",
    "conflicting_duplicate": "two values came for one instant; the first counts",
    "dip": "a reading fell and came back; it does not count",
    "duplicate": "a reading came twice; it counts once",
    "duration_unknown": "how long the session lasted is not known",
    "estimated": "the energy is worked out from power, because no meter counted it",
    "implausible_jump": "the meter jumped further than the connector can deliver",
    "missing_start": "the meter's value at the start is not known",
    "missing_stop": "the meter's value at the end is not known; the last reading counts",
    "negative": "the meter ended below its start",
    "out_of_order": "readings came out of order",
    "reading_after_stop": "readings after the end do not count",
    "register_reset": "the meter began again from a lower value",
    "rollover": "the meter ran over its last digit",
    "stop_before_last_reading": "the end is below a reading before it",
    "unit_converted": "readings were in kWh",
    "unreadable_value": "a value could not be read",
    "zero_energy": "no energy flowed",
}


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a price: its title, a sentence, the reason for the price, and the amount as text."""

    kind: str
    title: str
    sentence: str
    why: str
    amount: str


def lines(rating: Rating) -> list[Line]:
    """What adds up to the price, in the order in which it was made; empty where nothing was rated."""
    if not rating.result or rating.version is None:
        return []
    told = json.loads(rating.result)["breakdown"]
    zone = ZoneInfo(json.loads(rating.facts)["zone"])
    tariff = tariff_of(rating.version.body)
    return [
        *_charges(told, tariff, zone),
        *(_step(one, tariff) for one in told if one["line"] == "step_size"),
        *(_adjustment(one, tariff) for one in told if one["line"] in _ADJUSTED),
        *(_limit(one, tariff) for one in told if one["line"] in ("min_price", "max_price")),
        *(_tax(one, tariff) for one in told if one["line"] == "tax" and one["vat"] is not None),
    ]


def notes(rating: Rating) -> list[str]:
    """What a reader should know beside the lines: oddities of the meter, notes of the engine; each once."""
    told = json.loads(rating.result)["breakdown"] if rating.result else []
    texts = [one["text"] for one in told if one["line"] == "note"]
    return list(
        dict.fromkeys(_sentence(text) for text in [*(_FLAGS.get(f, f) for f in rating.flags), *texts])
    )


def doubts(rating: Rating) -> list[str]:
    """Why a rating is held, in sentences."""
    return [_doubt(one) for one in rating.doubts]


def why_tariff(rating: Rating) -> str:
    """Which tariff holds and why this one."""
    choice = rating.choice
    if rating.version is None:
        known = choice.get("considered", [])
        return "No tariff was in force for this driver at this place when the session began." if not known else (
            f"{known[0]['tariff']} is assigned here, but no version of it was in force when the session began."
        )  # fmt: skip
    chosen = next((one for one in choice["considered"] if not one["reason"]), None)
    where = f"for {_AUDIENCE[chosen['audience']]}, {_SCOPE[chosen['scope']]}" if chosen else "for this place"
    return f"{choice['tariff']}, version {choice['version']}: assigned {where}, and in force when the session began."


_AUDIENCE: Final = {
    "roaming_partner": "a roaming partner", "fleet": "a fleet", "plan": "a plan", "group": "the card's group",
    "public": "everybody",
}  # fmt: skip
_SCOPE: Final = {
    "connector": "at this connector", "evse": "at this EVSE", "station": "at this station", "site": "at this site",
    "company": "in this company", "organisation": "everywhere",
}  # fmt: skip


def _charges(told: Sequence[dict[str, Any]], tariff: Tariff, zone: ZoneInfo) -> Iterator[Line]:
    """One line for each price, over all periods in which it held."""
    groups: dict[tuple[str, int, int], list[tuple[dict[str, Any], dict[str, Any]]]] = {}
    for period in (one for one in told if one["line"] == "period"):
        for charge in period["charges"]:
            key = (charge["dimension"], charge["element"], charge["component"])
            groups.setdefault(key, []).append((period, charge))
    for (dimension, element, _), parts in groups.items():
        first, charge = parts[0]
        amount = sum((Fraction(part["amount"]) for _, part in parts), start=Fraction())
        quantity = sum((Fraction(part["quantity"]) for _, part in parts), start=Fraction())
        span = _span(first, parts[-1][0], zone, len(parts))
        yield Line(
            "charge", _TITLES[dimension], f"{span}: {_measured(dimension, quantity)} at {_price(charge, tariff)}",
            _why(tariff, element, dimension), _money(amount, tariff),
        )  # fmt: skip


def _span(first: dict[str, Any], last: dict[str, Any], zone: ZoneInfo, count: int) -> str:
    begin, end = (datetime.fromisoformat(moment).astimezone(zone) for moment in (first["from"], last["to"]))
    days = f"{end:%d %b} " if begin.date() != end.date() else ""
    parts = f", in {count} parts" if count > 1 else ""
    return f"{begin:%d %b %H:%M} to {days}{end:%H:%M}{parts}"


def _measured(dimension: str, quantity: Fraction) -> str:
    if dimension == "ENERGY":
        return f"{rounded(quantity / 1000, 3)} kWh"
    if dimension == "FLAT":
        return "once"
    return f"{rounded(quantity / 60, 1)} min {_WHILE[dimension]}"


def _price(charge: dict[str, Any], tariff: Tariff) -> str:
    price = Fraction(charge["unit_price"])
    units = {"ENERGY": " per kWh", "FLAT": ""}
    if charge["dimension"] in units:
        return price_text(price, tariff.currency) + units[charge["dimension"]]
    return f"{price_text(price / 60, tariff.currency)} per minute"


def _why(tariff: Tariff, element: int, dimension: str) -> str:
    """The condition under which the tariff has this price."""
    when = condition(tariff.elements[element].restrictions)
    if when:
        return f"The tariff has this price {when}."
    others = [one for one in tariff.elements if any(part.dimension == dimension for part in one.components)]
    return (
        "The tariff's price where no other one fits."
        if len(others) > 1
        else "The tariff's only price for this."
    )


def _step(one: dict[str, Any], tariff: Tariff) -> Line:
    sentence = f"{_measured(one['dimension'], Fraction(one['quantity']))} up to the next whole step"
    return Line(
        "step_size", f"{_TITLES[one['dimension']]}, whole steps", sentence,
        "The tariff charges whole steps.", _money(Fraction(one["amount"]), tariff),
    )  # fmt: skip


def _adjustment(one: dict[str, Any], tariff: Tariff) -> Line:
    return Line(
        one["line"], _ADJUSTED[one["line"]], one["reason"], "", _money(Fraction(one["amount"]), tariff)
    )


def _limit(one: dict[str, Any], tariff: Tariff) -> Line:
    before, after = Fraction(one["before"]["incl_vat"]), Fraction(one["after"]["incl_vat"])
    title = "Lowest price" if one["line"] == "min_price" else "Highest price"
    sentence = f"{_money(before, tariff)} becomes {_money(after, tariff)}"
    return Line(
        one["line"],
        title,
        sentence,
        "The tariff limits what a session costs.",
        _money(after - before, tariff),
    )


def _tax(one: dict[str, Any], tariff: Tariff) -> Line:
    sentence = f"{number_text(Fraction(one['vat']))} % on {_money(Fraction(one['net']), tariff)}"
    included = tariff.tax_included is TaxIncluded.YES
    why = "It is in the amounts above." if included else "It comes on top of the amounts above."
    return Line("tax", "Tax", sentence, why, _money(Fraction(one["tax"]), tariff))


def _money(value: Fraction, tariff: Tariff) -> str:
    """To four decimals, as the exact sums are told; only the payable total is rounded to whole minor units."""
    return price_text(Fraction(rounded(value)), tariff.currency)


def _doubt(one: dict[str, str]) -> str:
    label = Doubt(one["code"]).label
    if one["code"] == Doubt.METER:
        return f"{label}: {'; '.join(_FLAGS.get(flag, flag) for flag in one['detail'].split(', '))}."
    return f"{label}: {one['detail']}." if one["detail"] else f"{label}."


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}."
