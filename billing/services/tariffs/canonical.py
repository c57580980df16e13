"""The one way to write a tariff down: the same tariff gives the same bytes, and every digit stays."""

import json
from decimal import Decimal
from hashlib import sha256
from typing import Any

# A number beyond so many digits is no price: written out it would be an attack on memory.
_MOST_DIGITS = 300


def canonical(value: Any) -> str:
    """JSON of what `exact.loads` read: keys sorted, no spaces, decimals without exponent or trailing zeros.

    The standard library cannot write an exact number.
    """
    if isinstance(value, dict):
        return "{" + ",".join(f"{_plain(key)}:{canonical(value[key])}" for key in sorted(value)) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(canonical, value)) + "]"
    return _number(value) if isinstance(value, Decimal) else _plain(value)


def indented(value: Any, depth: int = 0) -> str:
    """The same for people: a line each, indented by two, keys in the order they have."""
    if not value or not isinstance(value, dict | list):
        return canonical(value)
    inner, outer = "  " * (depth + 1), "  " * depth
    if isinstance(value, dict):
        lines = [f"{inner}{_plain(key)}: {indented(item, depth + 1)}" for key, item in value.items()]
        return "{\n" + ",\n".join(lines) + f"\n{outer}}}"
    lines = [f"{inner}{indented(item, depth + 1)}" for item in value]
    return "[\n" + ",\n".join(lines) + f"\n{outer}]"


def digest(text: str) -> str:
    """The sha256 of a canonical text."""
    return sha256(text.encode()).hexdigest()


def _plain(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _number(value: Decimal) -> str:
    if abs(value.adjusted()) > _MOST_DIGITS:
        return str(value)
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text
