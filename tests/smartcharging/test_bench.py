"""`manage.py bench smartcharging`: rows by number, vectors, and that a wrong one is named."""

import json
import shutil
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from cpms.ops.bench.smartcharging.rows import ROWS, measures
from tests.billing.meter.sessions import SHARED, needs_shared


def bench(data: Path, only: str) -> tuple[list[dict[str, Any]], int]:
    written, code = StringIO(), 0
    try:
        call_command(
            "bench", "smartcharging", "--json", "--tiny", f"--only={only}", f"--data={data}", stdout=written
        )
    except SystemExit as end:
        code = int(end.code or 0)
    return json.loads(written.getvalue()), code


@needs_shared
def test_every_composite_vector_comes_out_right() -> None:
    figures, code = bench(SHARED, "14")
    assert (code, [(figure["figure"], figure["met"]) for figure in figures]) == (0, [(100.0, True)])


@needs_shared
def test_a_composite_vector_that_comes_out_wrong_is_named_and_fails(tmp_path: Path) -> None:
    (tmp_path / "smartcharging").mkdir()
    file = shutil.copy(SHARED / "smartcharging/composite_vectors.json", tmp_path / "smartcharging")
    document = json.loads(Path(file).read_text())
    document["vectors"][0]["expected"]["W"][0]["limit"] += 1
    Path(file).write_text(json.dumps(document))
    figures, code = bench(tmp_path, "14")
    assert (code, figures[0]["errors"], figures[0]["met"]) == (1, {"V01": 1}, False)


@needs_shared
def test_two_days_of_the_garage_are_simulated_from_the_sessions() -> None:
    figures, code = bench(SHARED, "1,3,7")
    assert code == 0
    assert [figure["name"].split(".")[0] for figure in figures] == ["1", "1", "1", "3", "7", "7"]
    assert all(98 < figure["figure"] <= 100 for figure in figures[:3])
    assert 1 <= figures[3]["figure"] < 3
    assert 1 <= figures[4]["figure"] < 4


@needs_shared
def test_an_hour_of_the_closed_loop_and_a_hundred_silences_are_simulated() -> None:
    figures, code = bench(SHARED, "9,10,13")
    assert code == 0
    assert [figure["name"].split(".")[0] for figure in figures] == ["9", "9", "9", "10", "13"]
    assert all(figure["met"] for figure in figures)
    assert "100 fail-safe states" in figures[4]["name"]


def test_every_row_has_one_measurement() -> None:
    assert all(len(measures([row])) == 1 for row in ROWS)


def test_an_unknown_row_is_refused_by_name() -> None:
    with pytest.raises(CommandError, match="no row 99"):
        bench(SHARED, "99")


def test_where_there_is_no_data_nothing_is_measured(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="no data"):
        bench(tmp_path, "14")
