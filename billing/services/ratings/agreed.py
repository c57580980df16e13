"""What an account has agreed beside the tariff, as part of a rating's facts: read into the engine's terms. Pure."""

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from typing import Any, Final

from billing.models import Rating
from billing.pricing.after_tariff import Discount, Entitlement, Rebate, Terms
from billing.pricing.document import At
from billing.pricing.exact import Rational, exact, loads, ratio
from billing.pricing.lines import Tax
from billing.pricing.rounding import ceiling, half_up, minor_units, plain
from billing.pricing.tariff import Dimension, TaxIncluded
from billing.services.tariffs.canonical import canonical

AGREED: Final = "agreed"
# Quantities that never end were written down with 28 digits: what is below a millionth of a Wh is their rounding.
_FINE: Final = 10**6


def terms_with(base: Terms, facts: At, currency: str) -> Terms:
    """The terms of a session; `base` where nothing was agreed. Raises `Refused` with the place.

    A rebate is money: it applies where the tariff is in its currency.
    """
    if AGREED not in facts.value:
        return base
    agreed = facts.need(AGREED).object()
    return replace(
        base, entitlements=tuple(_entitlements(agreed)), discounts=tuple(_discounts(agreed, currency))
    )


def _entitlements(agreed: At) -> Iterator[Entitlement]:
    for grant in agreed.need("grants").items():
        reason = included(grant.need("name").text(), grant.need("granted_wh").number())
        yield Entitlement(reason, Dimension.ENERGY, grant.need("left_wh").number())
    for name in agreed.need("free_starts").items():
        yield Entitlement(free_start(name.text()), Dimension.FLAT, 1)


def _discounts(agreed: At, currency: str) -> Iterator[Discount | Rebate]:
    for one in agreed.need("rebates").items():
        if one.need("currency").text() == currency:
            amount = one.need("per_kwh").number()
            yield Rebate(rebate(one.need("name").text(), amount, currency), amount)
    for one in agreed.need("percents").items():
        off = one.need("percent").number()
        yield Discount(percent(one.need("name").text(), off), off)


def included(name: str, granted_wh: Rational) -> str:
    """Why energy is free; also the name under which the words of a line are found."""
    return f"of the {plain(ratio(granted_wh, 1000))} kWh included in {name}"


def free_start(name: str) -> str:
    """Why a start is free."""
    return f"Free start with {name}"


def rebate(name: str, per_kwh: Rational, currency: str) -> str:
    """Why a kWh is cheaper."""
    return f"{plain(per_kwh)} {currency} off each kWh with {name}"


def percent(name: str, off: Rational) -> str:
    """Why everything is cheaper."""
    return f"{plain(off)} % off with {name}"


def uses_wh(facts: str, result: str) -> dict[str, int]:
    """What a rating took of each grant, by its id, in whole Wh: a broken one at the end counts as used.

    Grants are used up one after the other, as the engine does.
    """
    agreed = loads(facts).get(AGREED) if f'"{AGREED}"' in facts else None
    if not agreed or not result:
        return {}
    lines = (one for one in loads(result)["breakdown"] if one["line"] == "entitlement")
    free: Rational = sum(
        (Fraction(one["quantity"]) for one in lines if one["dimension"] == "ENERGY"), Fraction()
    )
    used = {}
    for grant in agreed["grants"]:
        part = min(free, grant["left_wh"])
        free -= part
        used[grant["grant"]] = ceiling(Fraction(half_up(part * _FINE), _FINE))
    return used


def full_minor(rating: Rating) -> int:
    """The price so far, in minor units, as if nothing had been included."""
    if f'"{AGREED}"' not in rating.facts or not rating.result:
        return rating.gross_minor or 0
    lines = (one for one in loads(rating.result)["breakdown"] if one["line"] == "entitlement")
    free: Rational = sum((_gross(one) for one in lines), start=0)
    return (rating.gross_minor or 0) + minor_units(-free, rating.currency)


def _gross(line: dict[str, Any]) -> Rational:
    vat = None if line["vat"] is None else Fraction(line["vat"])
    return Tax(vat, TaxIncluded(line["tax_included"])).net_and_gross(Fraction(line["amount"]))[1]


def given_minor(facts: str, result: str, currency: str) -> dict[str, int]:
    """What each grant and each voucher took off a price, with tax, in minor units, by its id.

    Before the limits of the tariff. Grants of one name share what they gave by their energy.
    """
    agreed = loads(facts).get(AGREED) if f'"{AGREED}"' in facts else None
    if not agreed or not result:
        return {}
    off: dict[str, Rational] = {}
    for line in loads(result)["breakdown"]:
        if line["line"] in ("entitlement", "discount"):
            off[line["reason"]] = off.get(line["reason"], 0) - _gross(line)
    return {key: minor_units(part, currency) for key, part in _given(agreed, off, uses_wh(facts, result))}


def _given(
    agreed: dict[str, Any], off: dict[str, Rational], used: dict[str, int]
) -> Iterator[tuple[str, Rational]]:
    reasons = {grant["grant"]: included(grant["name"], grant["granted_wh"]) for grant in agreed["grants"]}
    for key, reason in reasons.items():
        together = sum(wh for other, wh in used.items() if reasons[other] == reason)
        if used.get(key):
            yield key, ratio(off.get(reason, 0) * used[key], together)
    for one in agreed["percents"]:
        if "voucher" in one:
            yield one["voucher"], off.get(percent(one["name"], exact(one["percent"]) or 0), 0)


def with_agreed(evidence: dict[str, Any], agreed: dict[str, Any] | None) -> str:
    """The facts of a rating: the evidence, and what was agreed, if anything."""
    return canonical(evidence if agreed is None else evidence | {AGREED: agreed})


def agreed_in(facts: str) -> dict[str, Any] | None:
    """What facts say was agreed."""
    return loads(facts).get(AGREED)


def evidence_in(facts: str) -> dict[str, Any]:
    """The facts without what was agreed: what stations told."""
    return {name: value for name, value in loads(facts).items() if name != AGREED}
