"""Prices as files write them: plain decimals, nothing else."""

import re
from decimal import Decimal
from typing import Final

from ..pricing.errors import Refused

_NUMBER: Final = re.compile(r"[+-]?\d{1,12}(\.\d{1,12})?", re.ASCII)


def price_of(text: str, place: str) -> Decimal:
    """The number of a text. Raises `Refused` for what is none, an exponent or a thousands separator."""
    if not _NUMBER.fullmatch(text):
        raise Refused(place, f'"{text[:40]}" is not a price')
    return Decimal(text)
