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


def test_every_row_has_one_measurement() -> None:
    assert all(len(measures([row])) == 1 for row in ROWS)


def test_an_unknown_row_is_refused_by_name() -> None:
    with pytest.raises(CommandError, match="no row 99"):
        bench(SHARED, "99")


def test_where_there_is_no_data_nothing_is_measured(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="no data"):
        bench(tmp_path, "14")
