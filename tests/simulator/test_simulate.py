"""The command line: what it refuses, and how it says so."""

from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from tests.worlds import World


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--stations", "0"], "--stations: 0 is not between 1 and 10000"),
        (["--speed", "0"], "--speed: 0 is not between"),
        (["--faults", "typo=1"], "--faults: 'typo=1' is not one of"),
        (["--faults", "offline=2"], "--faults: 'offline=2' is not one of"),
    ],
)
def test_a_bad_argument_is_named(arguments: list[str], says: str) -> None:
    with pytest.raises(CommandError, match=says):
        call_command("simulate", *arguments)


@pytest.mark.django_db
def test_without_an_organisation_there_is_nothing_to_simulate(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="there is no organisation yet"):
        call_command("simulate", "--ledger", str(tmp_path / "ledger"))


def test_an_unknown_organisation_is_named(world: World, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="no organisation 'nobody'"):
        call_command("simulate", "--organisation", "nobody", "--ledger", str(tmp_path / "ledger"))


def test_a_missing_ledger_is_named(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match=r"none\.jsonl"):
        call_command("simulate", "--check", str(tmp_path / "none.jsonl"))
