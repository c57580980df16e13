"""`manage.py bench billing`: the vectors beside the checkout, and that a wrong one is named."""

import json
import shutil
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from tests.billing.meter.sessions import SHARED, needs_shared


def bench(data: Path) -> tuple[list[dict[str, Any]], int]:
    written, code = StringIO(), 0
    try:
        call_command("bench", "billing", "--json", "--data", str(data), stdout=written)
    except SystemExit as end:
        code = int(end.code or 0)
    return json.loads(written.getvalue()), code


@needs_shared
def test_every_vector_comes_out_right() -> None:
    """Speed depends on the machine and its load; that it is measured does not."""
    figures, code = bench(SHARED)
    right, speeds = figures[:-2], figures[-2:]
    assert code == 0
    assert [figure["met"] for figure in right] == [True] * 7, right
    assert [figure["figure"] for figure in right] == [100.0] * 7
    assert all(figure["unit"] == "/s" and figure["figure"] > 0 for figure in speeds)


@needs_shared
def test_a_vector_that_comes_out_wrong_is_named_and_fails(tmp_path: Path) -> None:
    shutil.copytree(SHARED / "tariffs", tmp_path / "tariffs")
    shutil.copytree(SHARED / "ocmf", tmp_path / "ocmf")
    _change(tmp_path / "tariffs/cdr/edge_park_then_charge/expected.json", '"1.9"', '"1.9001"')
    _change(tmp_path / "tariffs/session/s04_kwh_threshold.json", '"periods": 2', '"periods": 3')
    _change(tmp_path / "tariffs/synthetic/session_vectors.jsonl", '"excl_vat":"5.514"', '"excl_vat":"5.5142"')
    _change(tmp_path / "tariffs/meter/meter_vectors.jsonl", '"billable_wh": 11000', '"billable_wh": 11001')
    _change(tmp_path / "ocmf/records.jsonl", '"expected": "valid"', '"expected": "invalid"')
    figures, code = bench(tmp_path)
    assert code == 1
    assert [figure.get("errors", {}) for figure in figures[:7]] == [
        {"edge_park_then_charge": 1},
        {"s04_kwh_threshold": 1},
        {"open-0000": 1},
        {},
        {"m01_plain": 1},
        {},
        {"20211007-device-with-evt-ocmf-sss-ses#0": 1},
    ]
    assert not any(figure["met"] for figure in (figures[0], figures[1], figures[2], figures[4], figures[6]))


def _change(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text, path
    path.write_text(text.replace(old, new, 1))


def test_where_there_are_no_vectors_nothing_is_scored(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="no vectors"):
        call_command("bench", "billing", "--json", "--data", str(tmp_path), stdout=StringIO())
