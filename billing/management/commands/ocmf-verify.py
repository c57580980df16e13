"""`manage.py ocmf-verify FILE.jsonl...`: whether signed meter values were signed with the trusted key."""

import json
from typing import Any

from billing.management.json_lines import JsonLinesCommand, printable
from billing.ocmf import verify


class Command(JsonLinesCommand):
    help = "Verify OCMF records, one JSON object a line with `id`, `ocmf`, `public_key_hex` and `algorithm`."

    def answer(self, line: str, place: str) -> dict[str, Any]:
        try:
            document = json.loads(line)
        except (ValueError, RecursionError):
            return self.refusal(None, place, "is not JSON")
        if not isinstance(document, dict):
            return self.refusal(None, place, "is not an object")
        name = printable(document.get("id"))
        for field, is_needed in (("ocmf", True), ("public_key_hex", True), ("algorithm", False)):
            value = document.get(field)
            if not isinstance(value, str) and (is_needed or value is not None):
                return self.refusal(name, field, "is not a text")
        verdict = verify(document["ocmf"], document["public_key_hex"], document.get("algorithm"))
        return _answer(name, *verdict.reasons)

    def refusal(self, name: Any, place: str, problem: str) -> dict[str, Any]:
        return _answer(name, f"{place}: {problem}" if place else problem)


def _answer(name: Any, *reasons: str) -> dict[str, Any]:
    verdict = "invalid" if reasons else "valid"
    return {"id": name, "verdict": verdict, "reasons": [printable(reason) for reason in reasons]}
