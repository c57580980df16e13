"""The one way to write a tariff down: the same tariff gives the same bytes, and every digit stays."""

import json
from decimal import Decimal
from hashlib import sha256
from typing import Any


def canonical(value: Any) -> str:
    """JSON of what `exact.loads` read: keys sorted, no spaces, decimals without exponent or trailing zeros.

    The standard library cannot write an exact number.
    """
    if isinstance(value, dict):
        return "{" + ",".join(f"{_plain(key)}:{canonical(value[key])}" for key in sorted(value)) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(canonical, value)) + "]"
    return _number(value) if isinstance(value, Decimal) else _plain(value)


def digest(text: str) -> str:
    """The sha256 of a canonical text."""
    return sha256(text.encode()).hexdigest()


def _plain(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _number(value: Decimal) -> str:
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text
