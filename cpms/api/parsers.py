"""Bodies as the standards mean them: no duplicate keys, no NaN, bounded size and depth, text a database can keep."""

import json
import math
from collections.abc import Callable
from typing import Any, NoReturn

from django.conf import settings
from rest_framework import status
from rest_framework.exceptions import APIException, ParseError
from rest_framework.parsers import BaseParser

from .tables import read_table

MAX_DEPTH = 32


class TooLarge(APIException):
    """413: the body is larger than `API_MAX_BODY_BYTES`."""

    status_code = status.HTTP_413_REQUEST_ENTITY_TOO_LARGE
    default_code = "too_large"
    default_detail = "the body is too large"


def read_text(stream: Any) -> str:
    """The whole body as text. Raises TooLarge, ParseError when it is not UTF-8."""
    body = stream.read(settings.API_MAX_BODY_BYTES + 1)
    if len(body) > settings.API_MAX_BODY_BYTES:
        raise TooLarge(f"the body is larger than {settings.API_MAX_BODY_BYTES} bytes")
    try:
        text: str = body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ParseError(f"the body is not UTF-8 (byte {error.start})") from None
    return text


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        seen: set[str] = set()
        double = next(k for k, _ in pairs if k in seen or seen.add(k))  # type: ignore[func-returns-value]
        raise ParseError(f"duplicate key {double[:60]!r}")
    return found


def _no_constant(name: str) -> NoReturn:
    raise ParseError(f"{name} is not JSON")


def _finite(text: str) -> float:
    number = float(text)
    if math.isinf(number):
        raise ParseError(f"the number {text[:40]} is too large")
    return number


def _depth(text: str) -> int:
    depth = deepest = 0
    for char in text:
        if char in "[{":
            depth += 1
            deepest = max(deepest, depth)
        elif char in "]}":
            depth -= 1
    return deepest


def _storable(value: Any) -> None:
    """Raise ParseError at escapes no text column takes: NUL and halves of surrogate pairs."""
    if isinstance(value, dict):
        for key, item in value.items():
            _storable(key)
            _storable(item)
    elif isinstance(value, list):
        for item in value:
            _storable(item)
    elif isinstance(value, str) and any(c == "\0" or "\ud800" <= c <= "\udfff" for c in value):
        raise ParseError("a text contains \\u0000 or half a surrogate pair")


class StrictJSONParser(BaseParser):
    """Refuses with 400 what two readers could understand differently, or a database cannot keep."""

    media_type = "application/json"
    # Reads a number with a point or an exponent.
    number: Callable[[str], Any] = staticmethod(_finite)

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> Any:
        """Read and check the whole body. Raises ParseError, TooLarge."""
        text = read_text(stream)
        if text.count("[") + text.count("{") > MAX_DEPTH and _depth(text) > MAX_DEPTH:
            raise ParseError(f"nested deeper than {MAX_DEPTH}")
        try:
            value = json.loads(
                text, object_pairs_hook=_unique, parse_constant=_no_constant, parse_float=self.number
            )
        except ValueError as error:
            raise ParseError(f"not JSON: {error}") from None
        if "\\u" in text or "\0" in text:
            _storable(value)
        return value


class CsvParser(BaseParser):
    """`text/csv` with a header line, for views that read tables: a list of `{column: text}`."""

    media_type = "text/csv"

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> Any:
        """Read the whole table as a list. Raises ParseError naming the line, TooLarge."""
        return read_table(read_text(stream))
