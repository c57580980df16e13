"""Numbers with units into exact Wh and W."""

from ..exact import Rational, exact
from .values import RawValue

# A register of fifteen digits counts past any outlet's life; more text is an attack, not a number.
_LONGEST = 40
_HIGHEST = 10**15
_ENERGY_WH = {"": 1, "wh": 1, "kwh": 1000}
_POWER_W = {"": 1, "w": 1, "kw": 1000}


def energy_wh(value: RawValue, unit: str | None) -> Rational | None:
    """The energy in Wh; None for what is no finite number or in no unit of energy."""
    return _in_base_unit(value, unit, _ENERGY_WH)


def power_w(value: RawValue, unit: str | None) -> Rational | None:
    """The power in W; None for what is no finite number or in no unit of power."""
    return _in_base_unit(value, unit, _POWER_W)


def is_converted(unit: str | None) -> bool:
    """Whether a value in this unit had to be multiplied."""
    return _name(unit) in {"kwh", "kw"}


def _in_base_unit(value: RawValue, unit: str | None, factors: dict[str, int]) -> Rational | None:
    factor = factors.get(_name(unit))
    number = exact(value) if len(str(value)) <= _LONGEST else None
    if factor is None or number is None or not -_HIGHEST <= number <= _HIGHEST:
        return None
    return number * factor


def _name(unit: str | None) -> str:
    return (unit or "").strip().lower()
