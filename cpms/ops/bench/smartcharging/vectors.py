"""How many composite vectors come out right, rounded as OCPP writes them."""

import json
from collections.abc import Callable
from typing import Any

from ..billing.answers import answers
from ..figures import Figure, Goal
from .lab import Lab


def composite(lab: Lab) -> Callable[[], list[Figure]]:
    """Vectors with their periods in A and W, and profiles that must be refused."""
    file = lab.file("composite_vectors.json")
    return lambda: [_share(answers("composite", [file]), json.loads(file.read_text()))]


def _share(found: list[dict[str, Any]], document: dict[str, Any]) -> Figure:
    cases = [*document["vectors"], *document["validationVectors"]]
    wrong = {case["id"]: 1 for case, answer in zip(cases, found, strict=True) if not _is_right(case, answer)}
    share = 100 * (len(cases) - len(wrong)) / len(cases)
    return Figure(14, f"{len(cases)} composite vectors", Goal(100, "%", at_least=True), share, wrong)


def _is_right(case: dict[str, Any], answer: dict[str, Any]) -> bool:
    if "expect" in case:
        return bool(answer["status"] == case["expect"])
    return all(answer[unit] == periods for unit, periods in case["expected"].items())
