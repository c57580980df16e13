"""Limits from outside as part of the wires: what fill and plan obey follows from them."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from smartcharging.engine.network import Circuit, Network, Outlet, compile_rows
from smartcharging.inputs.limits.limiting import Limit, limited

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
SITE = Network(
    (Circuit("grid", None, (100.0, 100.0, 100.0)), Circuit("shed", "grid", (32.0, 32.0, 32.0))),
    (Outlet("one", "grid"), Outlet("two", "shed")),
)
LIMIT = Limit("lim", None, False, NOW, NOW + timedelta(hours=1), "Grid")


def holds(network: Network, one: float, two: float, building: float = 0.0) -> bool:
    """Whether these currents of the two outlets keep every row, with this load of the building at the root."""
    rows = compile_rows(network)
    load = rows.load(np.array([one, two])) + rows.load_of_lines({"grid": [building] * 3})
    return bool(np.all(load <= rows.limit + 1e-9))


def test_without_limits_the_wires_stay_as_they_are() -> None:
    assert limited(SITE, []) == SITE


def test_a_limit_for_everything_counts_the_building() -> None:
    cut = limited(SITE, [replace(LIMIT, lines_a=(40.0, 40.0, 40.0))])
    assert holds(SITE, 20, 20, 20)
    assert holds(cut, 10, 10, 20)
    assert not holds(cut, 11, 10, 20)


def test_a_limit_for_chargers_does_not_count_the_building() -> None:
    """Seen failing with the limit put on the circuit itself."""
    cut = limited(SITE, [replace(LIMIT, for_chargers=True, watts=3 * 230.0 * 20)])
    assert holds(cut, 10, 10, 60)
    assert not holds(cut, 11, 10, 0)
    assert not holds(cut, 10, 10, 90)


def test_of_several_limits_each_is_kept_and_none_makes_wires_thicker() -> None:
    limits = [
        replace(LIMIT, lines_a=(300.0, 300.0, 300.0)),
        replace(LIMIT, id="lim2", circuit="shed", lines_a=(8.0, 8.0, 8.0)),
        replace(LIMIT, id="lim3", for_chargers=True, lines_a=(20.0, 20.0, 20.0)),
        replace(LIMIT, id="lim4", for_chargers=True, lines_a=(16.0, 16.0, 16.0)),
    ]
    cut = limited(SITE, limits)
    assert holds(cut, 8, 8, 84)
    for one, two, building in ((9, 8, 0), (7, 9, 0), (8, 8, 85)):
        assert not holds(cut, one, two, building)


@pytest.mark.parametrize("for_chargers", [True, False])
def test_a_circuit_that_is_gone_limits_the_whole_site(for_chargers: bool) -> None:
    lost = replace(LIMIT, circuit="gone", for_chargers=for_chargers, lines_a=(0.0, 0.0, 0.0))
    assert not holds(limited(SITE, [lost]), 6, 0)
    assert holds(limited(SITE, [lost]), 0, 0)
