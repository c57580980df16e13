"""A car that does not take what it was granted leaves it to others, and is asked again."""

from math import inf, nan

from smartcharging.engine.fill import Unused, unused_after
from smartcharging.engine.network import Outlet

OUTLET = Outlet("e0", "site")


def watched(memory: Unused, *readings: tuple[float, float, float]) -> Unused:
    """The memory after (second, grant, draw)."""
    for now_s, grant, draw in readings:
        memory = unused_after(memory, OUTLET, grant, draw, now_s)
    return memory


def test_a_draw_far_below_the_grant_for_long_is_capped_a_little_above_it() -> None:
    assert watched(Unused(), (0, 32, 10.3), (74, 32, 10.3)).cap_a == inf
    assert watched(Unused(), (0, 32, 10.3), (75, 32, 10.3)).cap_a == 12.3


def test_a_short_dip_changes_nothing() -> None:
    assert watched(Unused(), (0, 32, 10), (40, 32, 31), (80, 32, 10)).cap_a == inf


def test_the_cap_is_never_below_the_minimum() -> None:
    assert watched(Unused(), (0, 16, 1), (80, 16, 1)).cap_a == 6.0


def test_a_car_that_rises_into_its_cap_is_free_again() -> None:
    capped = Unused(None, 100.0, 12.3)
    assert watched(capped, (200, 12, 11.6)) == Unused()
    assert watched(capped, (200, 12, 10.3)).cap_a == 12.3
    # A limit below the cap holds it down: that says nothing about what it would take.
    assert watched(capped, (200, 8, 8.0)).cap_a == 12.3


def test_after_a_quarter_of_an_hour_it_is_asked_again() -> None:
    capped = Unused(None, 100.0, 12.3)
    assert watched(capped, (999, 12, 10.3)).cap_a == 12.3
    assert watched(capped, (1000, 12, 10.3)) == Unused()


def test_a_draw_that_is_no_number_changes_nothing() -> None:
    capped = Unused(5.0, 100.0, 12.3)
    assert watched(capped, (5000, 12, nan)) == capped
