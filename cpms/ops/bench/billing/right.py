"""How many vectors come out right."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

from cpms.ops.bench.figures import Figure, Goal

from .answers import answers, read_lines
from .comparison import cents_agree, greatest_difference

_ALL = Goal(100, "%", at_least=True)
_SYNTHETIC_TOLERANCE = Decimal("0.0001")


def cdrs(data: Path) -> list[Figure]:
    """CDRs with their tariffs."""
    folders = sorted((data / "tariffs" / "cdr").glob("*"))
    wanted = [_json(folder / "expected.json") for folder in folders]
    return [_exact(1, "CDR vectors exact", answers("rate", folders), wanted)]


def sessions(data: Path) -> list[Figure]:
    """Raw sessions, in totals and in number of periods."""
    files = sorted((data / "tariffs" / "session").glob("*.json"))
    wanted = [_json(file)["expected"] for file in files]
    return [_exact(2, "raw sessions exact", answers("rate", files), wanted)]


def synthetic(data: Path) -> list[Figure]:
    """Random tariffs and sessions."""
    file = data / "tariffs" / "synthetic" / "session_vectors.jsonl"
    pairs = list(zip(answers("rate", [file]), [line["expected"] for line in read_lines(file)], strict=True))
    close = {
        answer["id"]: greatest_difference(answer, wanted) <= _SYNTHETIC_TOLERANCE
        and _periods_agree(answer, wanted)
        for answer, wanted in pairs
    }
    equal = {answer["id"]: cents_agree(answer, wanted) for answer, wanted in pairs}
    return [
        _share(3, "synthetic sessions within 0.0001", close),
        _share(4, "synthetic sessions equal to the cent", equal, Goal(99.9, "%", at_least=True)),
    ]


def meters(data: Path) -> list[Figure]:
    """Dirty registers."""
    file = data / "tariffs" / "meter" / "meter_vectors.jsonl"
    pairs = list(
        zip(answers("meter-clean", [file]), [line["expected"] for line in read_lines(file)], strict=True)
    )
    energy = {answer["id"]: answer.get("billable_wh") == wanted["billable_wh"] for answer, wanted in pairs}
    flags = {answer["id"]: _same_verdict(answer, wanted) for answer, wanted in pairs}
    return [
        _share(5, "dirty meters with the exact energy", energy),
        _share(6, "dirty meters with the right flags and hold", flags, Goal(95, "%", at_least=True)),
    ]


def signatures(data: Path) -> list[Figure]:
    """Signed meter values."""
    file = data / "ocmf" / "records.jsonl"
    pairs = zip(answers("ocmf-verify", [file]), read_lines(file), strict=True)
    right = {answer["id"]: answer.get("verdict") == record["expected"] for answer, record in pairs}
    return [_share(7, "signed meter values with the right verdict", right)]


def _exact(row: int, name: str, found: list[dict[str, Any]], wanted: list[dict[str, Any]]) -> Figure:
    right = {
        answer["id"]: not greatest_difference(answer, expected) and _periods_agree(answer, expected)
        for answer, expected in zip(found, wanted, strict=True)
    }
    return _share(row, name, right)


def _periods_agree(answer: dict[str, Any], expected: dict[str, Any]) -> bool:
    return answer.get("periods") == expected.get("periods", answer.get("periods"))


def _same_verdict(answer: dict[str, Any], expected: dict[str, Any]) -> bool:
    same_flags = sorted(answer.get("flags", ())) == sorted(expected["flags"])
    return same_flags and answer.get("hold_for_review") == expected["hold_for_review"]


def _share(row: int, name: str, right: dict[str, bool], goal: Goal = _ALL) -> Figure:
    """The wrong ones are named, and count as errors where all must be right."""
    wrong = {vector: 1 for vector, is_right in right.items() if not is_right}
    share = 100 * (len(right) - len(wrong)) / len(right)
    return Figure(row, f"{len(right)} {name}", goal, share, wrong if goal is _ALL else {})


def _json(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(path.read_text())
    return found
