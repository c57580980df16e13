"""A small fleet, sixty times faster than life, with everything that goes wrong in the field."""

from pathlib import Path

import pytest

from tests.faults.rig import Rig, eventually

FLEET = (
    "--stations", "30", "--seed", "7", "--duration", "40", "--speed", "60", "--pace", "420", "--reconnect", "3",
    "--faults", "offline=0.15,ground=0.08,duplicates=0.1,clocks=0.2",
)  # fmt: skip


@pytest.mark.fleet
def test_the_database_says_what_happened_in_a_misbehaving_fleet(tmp_path: Path) -> None:
    with Rig(tmp_path) as rig:
        rig.start(worker=False)
        eventually(rig.answers, 60)
        code, output = rig.start_fleet(*FLEET).wait(150)
        print(output)
        assert code == 0, output
        assert "Traceback" not in (tmp_path / "gateway.log").read_text()
