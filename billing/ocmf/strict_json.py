"""JSON as signed data must be: one meaning only, bounded, every number with the digits it was written with."""

import json
from decimal import Decimal
from typing import Any, NoReturn

from .errors import Unreadable

MAX_DEPTH = 16


def read_object(text: str, name: str) -> dict[str, Any]:
    """The object of a text that begins with a brace. Raises `Unreadable`, also on NaN and on a key given twice."""
    try:
        found: dict[str, Any] = json.loads(
            text, object_pairs_hook=_once, parse_float=Decimal, parse_int=Decimal, parse_constant=_no_number
        )
    except Unreadable as error:
        raise Unreadable(f"{name}: {error}") from None
    except (ValueError, ArithmeticError, RecursionError):
        raise Unreadable(f"{name}: is not JSON") from None
    return found


def end_of_object(text: str, start: int, name: str) -> int:
    """Where the object that begins at `start` ends: the index after its closing brace.

    Braces inside strings do not count, nor does any other sign that separates sections.
    """
    depth, in_string, escaped = 0, False, False
    for index in range(start, len(text)):
        sign = text[index]
        if in_string:
            in_string = escaped or sign != '"'
            escaped = sign == "\\" and not escaped
        elif sign == '"':
            in_string = True
        elif sign in "{[":
            depth += 1
            if depth > MAX_DEPTH:
                raise Unreadable(f"{name}: is nested too deeply")
        elif sign in "}]":
            depth -= 1
            if depth == 0:
                return index + 1
    raise Unreadable(f"{name}: has no end")


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        twice = next(key for key in found if sum(name == key for name, _ in pairs) > 1)
        raise Unreadable(f"gives {twice[:20]!r} twice")
    return found


def _no_number(name: str) -> NoReturn:
    raise Unreadable(f"{name} is not a number")
