"""A rating told line by line in the active language: what was measured, at which price, and why that price."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from billing.choices import Doubt
from billing.models import Rating
from billing.pricing.rounding import rounded
from billing.pricing.tariff import Tariff, TaxIncluded
from billing.tariffs.conditions import condition
from billing.tariffs.numbers import figure_text, number_text, price_text

from . import agreed_words, terms
from .agreed import AGREED
from .pricing import tariff_of

_ADJUSTED: Final = ("mark_up", "entitlement", "discount", "voucher")


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
    facts = json.loads(rating.facts)
    zone = ZoneInfo(facts["zone"])
    tariff = tariff_of(rating.version.body)
    return [
        *_charges(told, tariff, zone),
        *(_step(one, tariff) for one in told if one["line"] == "step_size"),
        *_adjustments([one for one in told if one["line"] in _ADJUSTED], facts, tariff),
        *(_limit(one, tariff) for one in told if one["line"] in ("min_price", "max_price")),
        *(_tax(one, tariff) for one in told if one["line"] == "tax" and one["vat"] is not None),
    ]


def notes(rating: Rating) -> list[str]:
    """What a reader should know beside the lines: oddities of the meter, notes of the engine; each once."""
    told = json.loads(rating.result)["breakdown"] if rating.result else []
    texts = [terms.note(one["code"], one["text"]) for one in told if one["line"] == "note"]
    return list(dict.fromkeys(_sentence(text) for text in [*map(terms.flag, rating.flags), *texts]))


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
    groups: dict[tuple[str, int, object], list[tuple[dict[str, Any], dict[str, Any]]]] = {}
    for period in (one for one in told if one["line"] == "period"):
        for charge in period["charges"]:
            key = (charge["dimension"], charge["element"], (charge["component"], charge.get("market_price")))
            groups.setdefault(key, []).append((period, charge))
    for (dimension, element, _component), parts in groups.items():
        first, charge = parts[0]
        amount = sum((Fraction(part["amount"]) for _period, part in parts), start=Fraction())
        quantity = sum((Fraction(part["quantity"]) for _period, part in parts), start=Fraction())
        span = _span(first, parts[-1][0], zone, len(parts))
        yield Line(
            "charge", terms.title(dimension),
            _("%(span)s: %(measured)s at %(price)s")
            % {"span": span, "measured": _measured(dimension, quantity), "price": _price(charge, tariff)},
            _why_market(charge, tariff) or _why(tariff, element, dimension), _money(amount, tariff),
        )  # fmt: skip


def _span(first: dict[str, Any], last: dict[str, Any], zone: ZoneInfo, count: int) -> str:
    begin, end = (datetime.fromisoformat(moment).astimezone(zone) for moment in (first["from"], last["to"]))
    until = "H:i" if begin.date() == end.date() else "d M H:i"
    told = {"begin": date_format(begin, "d M H:i"), "end": date_format(end, until), "count": count}
    words = _("%(begin)s to %(end)s, in %(count)d parts") if count > 1 else _("%(begin)s to %(end)s")
    return words % told


def _measured(dimension: str, quantity: Fraction) -> str:
    if dimension == "ENERGY":
        return f"{figure_text(quantity / 1000, 3)} kWh"
    if dimension == "FLAT":
        return _("once")
    return terms.minutes(dimension) % {"minutes": figure_text(quantity / 60, 1)}


def _price(charge: dict[str, Any], tariff: Tariff) -> str:
    price = Fraction(charge["unit_price"])
    if charge["dimension"] == "FLAT":
        return price_text(price, tariff.currency)
    if charge["dimension"] == "ENERGY":
        return _("{price} per kWh").format(price=price_text(price, tariff.currency))
    return _("{price} per minute").format(price=price_text(price / 60, tariff.currency))


def _why(tariff: Tariff, element: int, dimension: str) -> str:
    """The condition under which the tariff has this price."""
    when = condition(tariff.elements[element].restrictions)
    if when:
        return _("The tariff has this price {when}.").format(when=when)
    others = [one for one in tariff.elements if any(part.dimension == dimension for part in one.components)]
    only = len(others) <= 1
    return (
        _("The tariff's only price for this.") if only else _("The tariff's price where no other one fits.")
    )


def _why_market(charge: dict[str, Any], tariff: Tariff) -> str:
    """The market's price behind a price that follows it; empty for one that follows none."""
    if "market_price" not in charge:
        return ""
    price = price_text(Fraction(charge["market_price"]), tariff.currency)
    return _("The market asked {price} per kWh then, without tax; the tariff follows it.").format(price=price)


def _step(one: dict[str, Any], tariff: Tariff) -> Line:
    measured = _measured(one["dimension"], Fraction(one["quantity"]))
    return Line(
        "step_size", _("{what}, whole steps").format(what=terms.title(one["dimension"])),
        _("{measured} up to the next whole step").format(measured=measured),
        _("The tariff charges whole steps."), _money(Fraction(one["amount"]), tariff),
    )  # fmt: skip


def _adjustments(told: list[dict[str, Any]], facts: dict[str, Any], tariff: Tariff) -> Iterator[Line]:
    known = agreed_words.sentences(facts.get(AGREED))
    for one in agreed_words.merged(told):
        reason = one["reason"]
        sentence = known[reason](one["quantity"]) if reason in known else reason
        yield Line(one["line"], terms.title(one["line"]), sentence, "", _money(one["amount"], tariff))


def _limit(one: dict[str, Any], tariff: Tariff) -> Line:
    before, after = Fraction(one["before"]["incl_vat"]), Fraction(one["after"]["incl_vat"])
    told = {"before": _money(before, tariff), "after": _money(after, tariff)}
    return Line(
        one["line"], terms.title(one["line"]), _("{before} becomes {after}").format(**told),
        _("The tariff limits what a session costs."), _money(after - before, tariff),
    )  # fmt: skip


def _tax(one: dict[str, Any], tariff: Tariff) -> Line:
    told = {"rate": number_text(Fraction(one["vat"])), "net": _money(Fraction(one["net"]), tariff)}
    included = tariff.tax_included is TaxIncluded.YES
    why = _("It is in the amounts above.") if included else _("It comes on top of the amounts above.")
    sentence, tax = _("%(rate)s %% on %(net)s") % told, _money(Fraction(one["tax"]), tariff)
    return Line("tax", terms.title("tax"), sentence, why, tax)


def _money(value: Fraction, tariff: Tariff) -> str:
    """To four decimals, as the exact sums are told; only the payable total is rounded to whole minor units."""
    return price_text(Fraction(rounded(value)), tariff.currency)


def _doubt(one: dict[str, str]) -> str:
    label = Doubt(one["code"]).label
    if one["code"] == Doubt.METER:
        return f"{label}: {'; '.join(map(terms.flag, one['detail'].split(', ')))}."
    return f"{label}: {one['detail']}." if one["detail"] else f"{label}."


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}."
