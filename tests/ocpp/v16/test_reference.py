"""Every action of the schema folder is handled, tested, and in the reference."""

from importlib import resources
from pathlib import Path

import pytest

from chargers.ocpp.v16.reference import DOCUMENT, Row, document, rows
from cpms.ops.local import ROOT

ROWS = rows(ROOT)


def actions_of_the_folder() -> set[str]:
    """The names of the published request files: what no table of ours can forget."""
    files = (resources.files("ocpp") / "v16" / "schemas").iterdir()
    names = {Path(file.name).stem for file in files if file.name.endswith(".json")}
    return {name for name in names if not name.endswith("Response")}


def test_no_action_of_the_schema_folder_is_left_out() -> None:
    assert {row.action for row in ROWS} == actions_of_the_folder()


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.action} from {row.sender}")
def test_every_action_has_a_handler_and_a_test(row: Row) -> None:
    """Seen failing with `Heartbeat` misspelt among the handlers, and with `ClearCache` misspelt in the menu."""
    assert row.handler, "no handler, or no menu offers it"
    assert row.test, "no test names it"


def test_the_reference_is_up_to_date() -> None:
    """After a change: `manage.py ocpp_reference`."""
    assert (ROOT / DOCUMENT).read_text() == document(ROOT)
