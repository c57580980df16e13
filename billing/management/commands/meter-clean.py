"""`manage.py meter-clean FILE.jsonl...`: the billable energy of each session in the files."""

import time
from typing import Any

import orjson

from billing.management.json_lines import JsonLinesCommand, printable
from billing.pricing.errors import Refused
from billing.pricing.exact import Rational
from billing.pricing.meter import clean
from billing.pricing.meter.document import read, session_of
from billing.pricing.rounding import plain


class Command(JsonLinesCommand):
    help = "Clean up the meter of sessions: one JSON object a line, with energy, flags and whether to hold."

    def answer(self, line: str, place: str) -> dict[str, Any]:
        try:
            document = read(line)
        except (ValueError, RecursionError):
            return self.refusal(None, place, "is not JSON")
        name = printable(document.get("id")) if isinstance(document, dict) else None
        try:
            found = clean(session_of(document, now=int(time.time())))
        except Refused as refused:
            return self.refusal(name, refused.place or place, refused.problem)
        return {
            "id": name,
            "billable_wh": _number(found.billable_wh),
            "flags": list(found.flags),
            "hold_for_review": found.hold,
        }

    def refusal(self, name: Any, place: str, problem: str) -> dict[str, Any]:
        return {"id": name, "error": {"place": place, "problem": printable(problem)}}


def _number(value: Rational) -> orjson.Fragment:
    """A JSON number with all its digits."""
    return orjson.Fragment(plain(value))
