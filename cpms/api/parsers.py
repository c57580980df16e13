"""JSON bodies as the standard means them: no duplicate keys, no NaN, bounded depth."""

import json
from typing import Any, NoReturn

from rest_framework.exceptions import ParseError
from rest_framework.parsers import BaseParser

MAX_DEPTH = 32


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        seen: set[str] = set()
        double = next(k for k, _ in pairs if k in seen or seen.add(k))  # type: ignore[func-returns-value]
        raise ParseError(f"duplicate key {double[:60]!r}")
    return found


def _no_constant(name: str) -> NoReturn:
    raise ParseError(f"{name} is not JSON")


def _depth(text: str) -> int:
    depth = deepest = 0
    for char in text:
        if char in "[{":
            depth += 1
            deepest = max(deepest, depth)
        elif char in "]}":
            depth -= 1
    return deepest


class StrictJSONParser(BaseParser):
    """Refuses with 400 what two readers could understand differently."""

    media_type = "application/json"

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> Any:
        """Read the whole body (bounded by `DATA_UPLOAD_MAX_MEMORY_SIZE`). Raises ParseError."""
        try:
            text = stream.read().decode()
        except UnicodeDecodeError:
            raise ParseError("the body is not UTF-8") from None
        if text.count("[") + text.count("{") > MAX_DEPTH and _depth(text) > MAX_DEPTH:
            raise ParseError(f"nested deeper than {MAX_DEPTH}")
        try:
            return json.loads(text, object_pairs_hook=_unique, parse_constant=_no_constant)
        except ValueError as error:
            raise ParseError(f"not JSON: {error}") from None
