"""The fingerprint of what a rating was made from: sha256 over canonical JSON."""

import json
from collections.abc import Callable
from dataclasses import fields
from fractions import Fraction
from hashlib import sha256
from operator import attrgetter
from typing import Any


def fingerprint(value: Any) -> str:
    """The sha256 of dataclasses, mappings, sequences, sets, texts and exact numbers.

    A dataclass is the list of its fields, a fraction the text `"1/3"`.
    """
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), default=_plainer)
    return sha256(text.encode()).hexdigest()


def _plainer(value: Any) -> Any:
    if isinstance(value, Fraction):
        return f"{value.numerator}/{value.denominator}"
    if isinstance(value, frozenset):
        return sorted(value)
    return _values_of(type(value))(value)


_GETTERS: dict[type, Callable[[Any], Any]] = {}


def _values_of(kind: type) -> Callable[[Any], Any]:
    if kind not in _GETTERS:
        _GETTERS[kind] = attrgetter(*(field.name for field in fields(kind)))
    return _GETTERS[kind]
