"""Wires as rows: no more than the fuse, whatever the angle of the current."""

from cmath import exp, pi
from math import inf

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from smartcharging.engine.network import Circuit, Network, NetworkError, Outlet, compile_rows

FUSE = (63.0, 63.0, 63.0)
ROOT = Circuit("site", None, FUSE)
VOLTAGES = [exp(-2j * pi * line / 3) for line in range(3)]


def test_a_car_on_one_phase_loads_only_the_first_line_of_its_rotation() -> None:
    network = Network((ROOT,), (Outlet("e1", "site", lines=(1, 2, 0)),))
    load = compile_rows(network, {"e1": 1}).load(np.array([16.0]))
    assert load.tolist() == [0.0, 16.0, 0.0]


def test_a_feeder_and_everything_above_it_carry_the_car() -> None:
    network = Network((ROOT, Circuit("feeder", "site", FUSE)), (Outlet("e1", "feeder"),))
    assert compile_rows(network).load(np.array([10.0])).tolist() == [10.0] * 6


def test_a_limit_in_watts_counts_all_phases_and_the_losses_of_direct_current() -> None:
    root = Circuit("site", None, FUSE, limit_w=10_000.0)
    rows = compile_rows(Network((root,), (Outlet("e1", "site", loss=1.05),)))
    assert rows.load(np.array([10.0]))[-1] == pytest.approx(3 * 230 * 10 * 1.05)
    assert rows.limit[-1] == 10_000.0


def test_building_load_is_added_to_lines_and_power() -> None:
    root = Circuit("site", None, FUSE, limit_w=10_000.0)
    load = compile_rows(Network((root,))).load_of_lines({"site": (1.0, 2.0, 3.0)})
    assert load.tolist() == [1.0, 2.0, 3.0, 6 * 230.0]


currents = st.lists(st.floats(0, 80), min_size=3, max_size=3)


@given(currents)
def test_currents_between_lines_that_keep_the_rows_keep_the_round_limit(amps: list[float]) -> None:
    rows = compile_rows(_delta())
    lengths = _line_lengths(amps)
    if (rows.load(np.array(amps)) <= rows.limit).all():
        assert max(lengths) <= 63.0 + 1e-9
    if max(lengths) <= 63.0 * 0.996:
        assert (rows.load(np.array(amps)) <= rows.limit + 1e-9).all()


def _delta() -> Network:
    pairs = ((0, 1), (1, 2), (2, 0))
    return Network((ROOT,), tuple(Outlet(f"e{a}", "site", lines=(a, b), between=True) for a, b in pairs))


def _line_lengths(amps: list[float]) -> list[float]:
    """Kirchhoff at the three lines: what flows in from one pair and out to the other."""
    pair = [amp * (VOLTAGES[a] - VOLTAGES[(a + 1) % 3]) / 3**0.5 for a, amp in enumerate(amps)]
    return [abs(pair[line] - pair[line - 1]) for line in range(3)]


@pytest.mark.parametrize(
    ("circuits", "outlets", "place"),
    [
        ((), (), "site"),
        ((ROOT, Circuit("two", None, FUSE)), (), "two"),
        ((ROOT, Circuit("a", "b", FUSE), Circuit("b", "a", FUSE)), (), "a"),
        ((ROOT, Circuit("a", "gone", FUSE)), (), "a"),
        ((ROOT, ROOT), (), "site"),
        ((Circuit("site", None, (63.0, inf, 63.0)),), (), "site"),
        ((Circuit("site", None, (63.0, 63.0)),), (), "site"),  # type: ignore[arg-type]
        ((Circuit("site", None, FUSE, limit_w=-1.0),), (), "site"),
        ((Circuit("site", None, FUSE, step_down=0.0),), (), "site"),
        ((ROOT,), (Outlet("e", "gone"),), "e"),
        ((ROOT,), (Outlet("e", "site", lines=(0, 0)),), "e"),
        ((ROOT,), (Outlet("e", "site", lines=()),), "e"),
        ((ROOT,), (Outlet("e", "site", between=True),), "e"),
        ((ROOT,), (Outlet("e", "site", minimum_a=40.0),), "e"),
        ((ROOT,), (Outlet("e", "site", step_a=0.0),), "e"),
    ],
)
def test_what_cannot_be_calculated_is_refused_by_name(
    circuits: tuple[Circuit, ...], outlets: tuple[Outlet, ...], place: str
) -> None:
    with pytest.raises(NetworkError) as refusal:
        Network(circuits, outlets)
    assert refusal.value.place == place


@given(currents, st.sampled_from([63.0, 40.0]))
def test_currents_below_a_transformer_keep_the_round_limits_above_it(amps: list[float], third: float) -> None:
    limits = (63.0, 63.0, third)
    rows = compile_rows(_transformer(limits))
    lengths = _primary_lengths(amps)
    if (rows.load(np.array(amps)) <= rows.limit).all():
        assert all(length <= limit + 1e-9 for length, limit in zip(lengths, limits, strict=True))
    if max(lengths) <= 40.0 * 0.996:
        assert (rows.load(np.array(amps)) <= rows.limit + 1e-9).all()


def test_cars_on_one_pair_alone_load_one_line_of_the_delta_side_double() -> None:
    rows = compile_rows(_transformer(FUSE))
    load = rows.load(np.array([30.0, 0.0, 0.0]))
    site = [(row.line, put) for row, put in zip(rows.rows, load, strict=True) if row.circuit == "site"]
    by_line = [max(put for line, put in site if line == one) for one in range(3)]
    beside, double = 7.5 * np.cos(np.radians(35)), 15.0 * np.cos(np.radians(5))
    assert by_line == pytest.approx([beside, double, beside])


def test_a_star_outlet_below_a_transformer_loads_two_lines_above() -> None:
    root = Circuit("site", None, FUSE, step_down=4.0)
    network = Network((root,), (Outlet("e1", "site"),))
    assert compile_rows(network, {"e1": 1}).load(np.array([20.0])).tolist() == pytest.approx([5.0, 5.0, 0.0])
    assert compile_rows(network).load(np.array([20.0])).tolist() == pytest.approx([5.0 * 3**0.5] * 3)


def _transformer(limits: tuple[float, float, float]) -> Network:
    wide = Circuit("below", "site", (1e4, 1e4, 1e4))
    outlets = tuple(Outlet(f"e{a}", "below", lines=(a, b), between=True) for a, b in ((0, 1), (1, 2), (2, 0)))
    return Network((Circuit("site", None, limits, step_down=4.0), wide), outlets)


def _primary_lengths(amps: list[float]) -> list[float]:
    """Each winding carries the current of its line below, and each line above feeds two windings."""
    pair = [amp * (VOLTAGES[a] - VOLTAGES[(a + 1) % 3]) / 3**0.5 for a, amp in enumerate(amps)]
    below = [pair[line] - pair[line - 1] for line in range(3)]
    return [abs(below[line] - below[line - 1]) / 4 for line in range(3)]
