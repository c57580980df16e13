"""Reading single fields of a payload that may hold anything.

Transaction messages reach the adapters even when they break their schema, so nothing here raises.
"""

import re
from datetime import datetime
from decimal import ROUND_HALF_EVEN
from typing import Any, Final

from chargers.choices import TokenType
from chargers.domain import Token

from .values import parse_decimal, parse_time

MAX_TEXT: Final = 255
MAX_ENERGY_WH: Final = 10**12
"""A megawatt charger needs a century for it; more is no meter."""
MAX_PLACE_NO: Final = 9_999
MAX_INT32: Final = 2**31 - 1

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")


def text(value: Any, limit: int = MAX_TEXT) -> str:
    """A text or number as text of at most `limit` characters; "" for anything else."""
    if isinstance(value, str):
        return value[:limit]
    return str(value)[:limit] if isinstance(value, int | float) and not isinstance(value, bool) else ""


def part(value: Any, name: str) -> dict[str, Any]:
    """A nested object; {} when there is none."""
    inner = value.get(name) if isinstance(value, dict) else None
    return inner if isinstance(inner, dict) else {}


def elements(value: Any) -> list[dict[str, Any]]:
    """The objects in a list; [] when it is none."""
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def whole(value: Any, low: int = 0, high: int = MAX_INT32) -> int | None:
    """A whole number within bounds, also when written as text; None for anything else."""
    if type(value) is int:
        return value if low <= value <= high else None
    number, _ = parse_decimal(value)
    if number is None or number != number.to_integral_value():
        return None
    return int(number) if low <= number <= high else None


def energy_wh(value: Any) -> int | None:
    """A register in Wh, halves rounded to even; None when it is negative, absurd or no number."""
    number, _ = parse_decimal(value)
    if number is None or not 0 <= number <= MAX_ENERGY_WH:
        return None
    return int(number.to_integral_value(ROUND_HALF_EVEN))


def time(value: Any, notes: list[str]) -> datetime | None:
    """A moment, or None; what was odd about it is added to `notes`."""
    at, note = parse_time(value)
    if note is not None:
        notes.append(str(note))
    return at


def token(uid: Any, kind: TokenType = TokenType.ISO14443) -> Token:
    """A token with its control characters and outer spaces removed; some stations pad their ID tags."""
    return Token(_CONTROL.sub("", text(uid)).strip(), kind)
