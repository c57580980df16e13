"""How totals are compared: both sides rounded half-up, a total that is missing counts as 0."""

from decimal import ROUND_HALF_UP, Decimal
from typing import Any

Totals = dict[str, Decimal]
_CENT = Decimal("0.01")


def greatest_difference(answer: dict[str, Any], expected: dict[str, Any]) -> Decimal:
    """The largest difference of any expected total, after rounding; infinite where nothing was rated."""
    if "totals" not in answer:
        return Decimal("Infinity")
    unit = Decimal(1).scaleb(-expected.get("compare_decimals", 4))
    found = _flat(answer["totals"])
    return max(
        (
            abs(_round(found.get(name, Decimal(0)), unit) - _round(wanted, unit))
            for name, wanted in _flat(expected["totals"]).items()
        ),
        default=Decimal(0),
    )


def cents_agree(answer: dict[str, Any], expected: dict[str, Any]) -> bool:
    """Whether the payable amounts are equal: the totals of four decimals, rounded to cents."""
    if "totals" not in answer:
        return False
    found, wanted = _flat(answer["totals"]), _flat(expected["totals"])
    return all(
        _cents(found.get(name, Decimal(0))) == _cents(value)
        for name, value in wanted.items()
        if name.startswith("total_cost")
    )


def _flat(totals: dict[str, Any]) -> Totals:
    """`{"total_cost": {"excl_vat": "5"}}` as `{"total_cost.excl_vat": 5}`; what is null is left out."""
    flat: Totals = {}
    for name, value in totals.items():
        sides = value if isinstance(value, dict) else {"": value}
        flat |= {f"{name}.{side}": Decimal(text) for side, text in sides.items() if text is not None}
    return flat


def _round(value: Decimal, unit: Decimal) -> Decimal:
    return value.quantize(unit, ROUND_HALF_UP)


def _cents(value: Decimal) -> Decimal:
    return _round(_round(value, Decimal("0.0001")), _CENT)
