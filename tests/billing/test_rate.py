"""`manage.py rate PATH...`: one JSON object a line, whatever is in the files."""

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

TARIFF = {
    "id": "T",
    "currency": "EUR",
    "elements": [{"price_components": [{"type": "ENERGY", "price": 0.1}]}],
}
DEARER = TARIFF | {"elements": [{"price_components": [{"type": "ENERGY", "price": 0.3}]}]}
PERIOD = {"start_date_time": "2026-01-14T10:00:00Z", "dimensions": [{"type": "ENERGY", "volume": 0.3}]}
CDR = {"charging_periods": [PERIOD], "tariffs": [TARIFF], "end_date_time": "2026-01-14T11:00:00Z"}
SESSION = {
    "id": "S",
    "time_zone": "Europe/Berlin",
    "tariff": TARIFF,
    "session": {
        "start": "2026-01-14T10:00:00Z",
        "end": "2026-01-14T11:00:00Z",
        "meter": [{"t": "2026-01-14T10:00:00Z", "wh": 0}, {"t": "2026-01-14T11:00:00Z", "wh": 300}],
        "states": [{"t": "2026-01-14T10:00:00Z", "state": "charging"}],
    },
}


def rate(*paths: Path | str) -> list[dict[str, Any]]:
    written = StringIO()
    call_command("rate", *map(str, paths), stdout=written)
    return [json.loads(line) for line in written.getvalue().splitlines()]


def errors(*paths: Path) -> list[tuple[Any, str, str]]:
    return [(line["id"], line["error"]["place"], line["error"]["problem"]) for line in rate(*paths)]


def folder(at: Path, **files: Any) -> Path:
    at.mkdir()
    for name, content in files.items():
        (at / f"{name}.json").write_text(json.dumps(content))
    return at


def net(line: dict[str, Any]) -> str:
    found: str = line["totals"]["total_cost"]["excl_vat"]
    return found


def test_a_folder_is_rated_by_its_tariff_else_by_those_in_the_record(tmp_path: Path) -> None:
    first = folder(tmp_path / "first", cdr=CDR)
    second = folder(tmp_path / "second", cdr=CDR, tariff=DEARER)
    found = rate(first, second)
    assert [(line["id"], net(line), line["periods"]) for line in found] == [
        ("first", "0.03", 1),
        ("second", "0.09", 1),
    ]
    assert set(found[0]) == {"id", "totals", "periods", "breakdown"}
    assert found[0]["breakdown"][0]["charges"][0]["amount"] == "0.03"


def test_a_folder_may_hold_several_tariffs(tmp_path: Path) -> None:
    named = [PERIOD | {"tariff_id": "U"}]
    several = folder(
        tmp_path / "several", cdr=CDR | {"charging_periods": named}, tariff=[TARIFF, DEARER | {"id": "U"}]
    )
    assert net(rate(several)[0]) == "0.09"
    wrong = folder(tmp_path / "wrong", cdr=CDR, tariff=[TARIFF, {}])
    assert errors(wrong) == [("wrong", "tariff[1].elements", "is missing")]


def test_the_time_zone_is_that_of_the_expectations(tmp_path: Path) -> None:
    morning = {"price_components": [{"type": "ENERGY", "price": 1}], "restrictions": {"start_time": "11:00"}}
    prices = TARIFF | {"elements": [morning]}
    berlin = folder(tmp_path / "berlin", cdr=CDR, tariff=prices, expected={"time_zone": "Europe/Berlin"})
    unsaid = folder(tmp_path / "unsaid", cdr=CDR, tariff=prices, expected={})
    assert [net(line) for line in rate(berlin, unsaid)] == ["0.3", "0"]


def test_a_session_file_goes_by_its_stem_and_a_line_by_its_id(tmp_path: Path) -> None:
    one, many = tmp_path / "s01_one.json", tmp_path / "many.jsonl"
    one.write_text(json.dumps(SESSION))
    nameless = {key: value for key, value in SESSION.items() if key != "id"}
    many.write_text("\n".join(json.dumps(line) for line in (SESSION, nameless, SESSION | {"id": 7})) + "\n\n")
    found = rate(many, one)
    assert [line["id"] for line in found] == ["S", "many:2", 7, "s01_one"]
    assert {net(line) for line in found} == {"0.03"}


def test_what_cannot_be_rated_says_where_and_why_and_the_rest_goes_on(tmp_path: Path) -> None:
    bad_price = TARIFF | {"elements": [{"price_components": [{"type": "ENERGY", "price": "x"}]}]}
    lines = [
        json.dumps(SESSION | {"tariff": bad_price}),
        "{",
        "[]",
        "[" * 100_000,
        json.dumps(SESSION | {"session": {}}),
        json.dumps({"id": "bare"}),
        json.dumps(SESSION | {"time_zone": "Mars"}),
        json.dumps(SESSION),
    ]
    file = tmp_path / "bad.jsonl"
    file.write_bytes("\n".join(lines).encode() + b"\n\xff\n")
    found = rate(file)
    assert [
        (line["id"], line.get("error", {}).get("place"), line.get("error", {}).get("problem"))
        for line in found
    ] == [
        ("S", "tariff.elements[0].price_components[0].price", '"x" is not an exact number'),
        ("bad:2", "line 2", "is not a JSON object"),
        ("bad:3", "line 3", "is not a JSON object"),
        ("bad:4", "line 4", "is not a JSON object"),
        ("S", "session.start", "is missing"),
        ("bare", "tariff", "is missing"),
        ("S", "time_zone", '"Mars" is not a time zone'),
        ("S", None, None),
        ("bad:9", "line 9", "is not a JSON object"),
    ]


def test_files_that_are_not_there_or_not_json_are_answered_too(tmp_path: Path) -> None:
    broken = folder(tmp_path / "broken", tariff=TARIFF)
    (broken / "cdr.json").write_text("{")
    text = tmp_path / "text.json"
    text.write_text("NaN")
    empty = folder(tmp_path / "empty")
    assert errors(tmp_path / "none", tmp_path / "none.jsonl", broken, text, empty) == [
        ("none", "none", "cannot be read: No such file or directory"),
        ("none", str(tmp_path / "none.jsonl"), "cannot be read: No such file or directory"),
        ("broken", "cdr.json", "is not JSON"),
        ("text", "text.json", "is not JSON"),
        ("empty", "cdr.json", "cannot be read: No such file or directory"),
    ]


def test_places_in_a_folder_begin_with_the_file(tmp_path: Path) -> None:
    wrong_cdr = folder(tmp_path / "a", cdr={"charging_periods": []}, tariff=TARIFF)
    wrong_tariff = folder(tmp_path / "b", cdr=CDR, tariff={"currency": "EUR"})
    assert errors(wrong_cdr, wrong_tariff) == [
        ("a", "cdr.charging_periods", "is empty"),
        ("b", "tariff.elements", "is missing"),
    ]


def test_expectations_that_are_no_object_are_refused_with_their_place(tmp_path: Path) -> None:
    """Seen failing when the place of a list was no text at all."""
    listed = folder(tmp_path / "a", cdr=CDR, expected=[])
    numbered = folder(tmp_path / "b", cdr=CDR, expected={"time_zone": 1})
    assert errors(listed, numbered) == [
        ("a", "expected", "[] is not an object"),
        ("b", "expected.time_zone", "1 is not a text"),
    ]


def test_nothing_but_the_lines_is_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("rate", str(folder(tmp_path / "a", cdr=CDR)), str(tmp_path / "nothing"))
    out, err = capsys.readouterr()
    assert [json.loads(line)["id"] for line in out.splitlines()] == ["a", "nothing"]
    assert err == ""
