"""The commands that answer files of JSON lines: one line for one line, in order, and never a traceback."""

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from billing.management.json_lines import MAX_LINE_CHARACTERS
from tests.billing.meter.sessions import needs_shared, shared_lines

SOUND = {
    "id": "s",
    "meter_start_wh": 1,
    "meter_stop": {"t": "2026-03-02T09:00:00Z", "wh": 3.5},
    "readings": [],
}


def answers(command: str, *paths: Path) -> list[dict[str, Any]]:
    out = StringIO()
    call_command(command, *map(str, paths), stdout=out)
    return [json.loads(line) for line in out.getvalue().splitlines()]


def written(path: Path, *lines: str | bytes) -> Path:
    path.write_bytes(b"\n".join(line if isinstance(line, bytes) else line.encode() for line in lines))
    return path


def test_sessions_are_answered_in_order_over_all_files(tmp_path: Path) -> None:
    first = written(tmp_path / "a.jsonl", json.dumps(SOUND), "", json.dumps({**SOUND, "id": 7}))
    second = written(tmp_path / "b.jsonl", json.dumps({**SOUND, "id": None}))
    facts = {"billable_wh": 2.5, "flags": [], "hold_for_review": False}
    assert answers("meter-clean", first, second) == [{"id": name, **facts} for name in ("s", 7, None)]


@pytest.mark.parametrize(
    ("line", "name", "place"),
    [
        ("nonsense", None, "line 1"),
        (b"\xff\xfe", None, "line 1"),
        ("[1]", None, "line 1"),
        ("[" * 100_000, None, "line 1"),
        ('{"id": "x", "readings": [{"t": 5}]}', "x", "readings[0].t"),
        ('{"id": "\\ud800", "readings": 5}', "?", "readings"),
        ('{"id": [1], "readings": 5}', "[1]", "readings"),
        ('{"id": 99999999999999999999, "readings": 5}', "99999999999999999999", "readings"),
        ('{"id": "x", "signed": "\\ud800"}', "x", "signed"),
    ],
)
def test_what_is_no_session_is_answered_with_an_error(
    tmp_path: Path, line: str | bytes, name: Any, place: str
) -> None:
    (answer,) = answers("meter-clean", written(tmp_path / "a.jsonl", line))
    assert (answer["id"], answer["error"]["place"]) == (name, place)
    assert answer["error"]["problem"]


def test_a_line_that_is_too_long_refuses_itself_alone(tmp_path: Path) -> None:
    long = " " * (2 * MAX_LINE_CHARACTERS) + "1"
    path = written(tmp_path / "a.jsonl", json.dumps(SOUND), long, json.dumps(SOUND), long)
    found = answers("meter-clean", path)
    assert [answer.get("error", {}).get("place") for answer in found] == [None, "line 2", None, "line 4"]


def test_a_line_of_the_greatest_length_at_the_end_of_a_file_is_read(tmp_path: Path) -> None:
    line = json.dumps(SOUND)
    path = written(tmp_path / "a.jsonl", line + " " * (MAX_LINE_CHARACTERS - 1 - len(line)), line)
    assert [answer["id"] for answer in answers("meter-clean", path)] == ["s", "s"]


def test_a_byte_order_mark_before_the_first_line_is_no_part_of_it(tmp_path: Path) -> None:
    """Seen failing when the first session of such a file was no JSON."""
    path = written(tmp_path / "a.jsonl", b"\xef\xbb\xbf" + json.dumps(SOUND).encode(), json.dumps(SOUND))
    assert [answer["id"] for answer in answers("meter-clean", path)] == ["s", "s"]


def test_a_file_that_is_not_there_is_answered_too(tmp_path: Path) -> None:
    missing = tmp_path / "none.jsonl"
    (answer,) = answers("meter-clean", missing)
    problem = {"place": str(missing), "problem": "cannot be read: No such file or directory"}
    assert answer == {"id": str(missing), "error": problem}
    (answer,) = answers("ocmf-verify", missing)
    assert (answer["id"], answer["verdict"]) == (str(missing), "invalid")


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("nonsense", "line 1: is not JSON"),
        ("5", "line 1: is not an object"),
        ('{"id": "x"}', "ocmf: is not a text"),
        ('{"id": "x", "ocmf": "OCMF|{}|{}"}', "public_key_hex: is not a text"),
        (
            '{"id": "x", "ocmf": "OCMF|{}|{}", "public_key_hex": "04", "algorithm": 5}',
            "algorithm: is not a text",
        ),
        (
            '{"id": "x", "ocmf": "OCMF|{}|{}", "public_key_hex": "04"}',
            "the signature section: SD is missing",
        ),
        ('{"id": "x", "ocmf": "\\ud800", "public_key_hex": ""}', "the record does not begin with OCMF|"),
    ],
)
def test_what_is_no_record_is_invalid_with_a_reason(tmp_path: Path, line: str, reason: str) -> None:
    (answer,) = answers("ocmf-verify", written(tmp_path / "a.jsonl", line))
    assert (answer["verdict"], answer["reasons"]) == ("invalid", [reason])


@needs_shared
def test_the_shared_records_get_their_verdicts_from_the_command(tmp_path: Path) -> None:
    lines = shared_lines("ocmf/records.jsonl")
    found = answers("ocmf-verify", written(tmp_path / "a.jsonl", *lines))
    expected = [json.loads(line) for line in lines]
    assert [(a["id"], a["verdict"]) for a in found] == [(e["id"], e["expected"]) for e in expected]
    assert all(bool(a["reasons"]) == (a["verdict"] == "invalid") for a in found)
    assert all(set(a) == {"id", "verdict", "reasons"} for a in found)
