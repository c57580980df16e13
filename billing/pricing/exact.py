"""Exact numbers: whole ones are `int`, all others `Fraction`. No float is made or accepted here."""

import json
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from typing import Any, NoReturn

Rational = int | Fraction
# Far above any price or meter; an exponent beyond it is an attack on memory.
_MAX_EXPONENT = 40


def ratio(numerator: Rational, denominator: Rational) -> Rational:
    """The exact quotient."""
    top = numerator.numerator * denominator.denominator
    bottom = numerator.denominator * denominator.numerator
    quotient, rest = divmod(top, bottom)
    return Fraction(top, bottom) if rest else quotient


def whole(value: Rational) -> Rational:
    """The same number, as `int` if it is one: sums of ints are many times faster."""
    return value.numerator if value.denominator == 1 else value


def exact(value: object) -> Rational | None:
    """A JSON number, or a text that is one (`"0.25"`), as an exact number; None for anything else.

    A float is no exact number: read documents by `loads`.
    """
    if isinstance(value, bool):
        return None
    if isinstance(value, int | Fraction):
        return value
    if isinstance(value, str | Decimal):
        return _of_decimal(value)
    return None


def _of_decimal(value: str | Decimal) -> Rational | None:
    try:
        number = Decimal(value)
    except InvalidOperation:
        return None
    if not number.is_finite() or abs(number.adjusted()) > _MAX_EXPONENT:
        return None
    return whole(Fraction(number))


def decimals(value: object) -> int:
    """How many digits a JSON number was given after the point."""
    if isinstance(value, int):
        return 0
    number = value if isinstance(value, Decimal) else Decimal(str(value))
    exponent = number.as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


class ExactDecoder(json.JSONDecoder):
    """Reads JSON numbers with a point as `Decimal`; fit for `JSONField(decoder=...)`."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{**options, "parse_float": Decimal, "parse_constant": _no_number})


def loads(text: str | bytes) -> Any:
    """A JSON document with its numbers unharmed. Raises `ValueError`."""
    return json.loads(text, cls=ExactDecoder)


def _no_number(name: str) -> NoReturn:
    raise ValueError(f"{name} is not a number")
