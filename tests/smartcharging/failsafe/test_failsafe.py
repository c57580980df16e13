"""What a site does when it hears nothing more, and the sum that proves it."""

from fractions import Fraction

import numpy as np
import pytest

from smartcharging.engine.composite import (
    Context,
    Edition,
    Installed,
    Limit,
    Purpose,
    Request,
    Transaction,
    Unit,
)
from smartcharging.engine.composite import composite as composite_of
from smartcharging.engine.failsafe import (
    Change,
    controlling,
    failsafe_shares,
    highest_in_silence,
    permanent,
    proof,
)
from smartcharging.engine.fill import Wiring
from smartcharging.engine.network import Circuit, Network, Outlet

NOW = 1_772_000_000
HOUR = 3600


def site(limit: float, outlets: int, lines: tuple[int, ...] = (0, 1, 2)) -> Wiring:
    """One circuit."""
    made = tuple(Outlet(f"e{i}", "site", lines=lines) for i in range(outlets))
    return Wiring.of(Network((Circuit("site", None, (limit,) * 3),), made))


def station(*, running: bool = True, edition: Edition = Edition.OCPP_2_0_1) -> Context:
    """A station of one connector of 32 A."""
    transactions = {1: Transaction("7", NOW - HOUR)} if running else {}
    return Context({1: Limit(Fraction(32), Unit.AMPERE)}, transactions, edition)


def controlled(amps: float, failsafe_a: float = 6.0) -> list[Installed]:
    """The fail-safe set, and a grant told now."""
    grant = controlling(1, "7", [(0, amps)], NOW, failsafe_a=failsafe_a)
    return [*permanent([(1, failsafe_a)], 32.0, NOW - HOUR), grant]


@pytest.mark.parametrize("edition", list(Edition))
def test_a_grant_holds_for_half_an_hour_and_then_decays(edition: Edition) -> None:
    schedule = composite_of(controlled(20.0), Request(1, NOW, 2 * HOUR), station(edition=edition))
    assert [(one.start_s, one.current_a) for one in schedule.periods] == [(0, 20), (1800, 6)]


def test_the_highest_current_in_silence_is_the_grant_first_and_the_failsafe_value_then() -> None:
    installed = controlled(20.0)
    assert highest_in_silence(installed, station(), 1, NOW) == 20.0
    assert highest_in_silence(installed, station(), 1, NOW + 1800) == 6.0


def test_a_transaction_that_ends_in_silence_gives_back_what_its_profile_held_down() -> None:
    """Seen failing with only the running transaction looked at."""
    assert highest_in_silence(controlled(0.0), station(), 1, NOW, 60) == 6.0


def test_a_paused_car_wakes_at_the_failsafe_value() -> None:
    assert highest_in_silence(controlled(0.0), station(), 1, NOW) == 6.0


def test_without_a_failsafe_set_the_hardware_is_the_limit() -> None:
    grant = [controlling(1, "7", [(0, 10.0)], NOW, failsafe_a=6.0)]
    assert highest_in_silence(grant, station(), 1, NOW) == 32.0
    assert highest_in_silence([], station(running=False), 1, NOW) == 32.0


def test_the_tail_of_a_plan_ends_where_the_grant_decays() -> None:
    grant = controlling(1, "7", [(0, 16.0), (900, 10.0), (3600, 32.0)], NOW, failsafe_a=6.0)
    (schedule,) = grant.profile.schedules
    assert [(one.start_s, one.limit) for one in schedule.periods] == [(0, 16), (900, 10), (1800, 6)]


def test_the_permanent_set_has_no_end_and_one_profile_a_connector() -> None:
    installed = permanent([(1, 6.0), (2, 0.0)], 32.0, NOW)
    purposes = [(one.connector, one.profile.purpose) for one in installed]
    assert purposes == [(0, Purpose.STATION_MAX), (1, Purpose.TX_DEFAULT), (2, Purpose.TX_DEFAULT)]
    assert {one.profile.valid_to_s for one in installed} == {None}
    assert {one.profile.schedules[0].duration_s for one in installed} == {None}


def test_shares_are_the_service_current_where_the_circuits_carry_it_and_nothing_where_they_do_not() -> None:
    assert failsafe_shares(site(63, 3), np.full(3, 30.0)).tolist() == [8.0, 8.0, 8.0]
    assert failsafe_shares(site(63, 3), np.full(3, 45.0)).tolist() == [6.0, 6.0, 6.0]
    assert failsafe_shares(site(63, 3), np.full(3, 50.0)).tolist() == [7.0, 6.0, 0.0]
    assert failsafe_shares(site(63, 3), np.full(3, 60.0)).tolist() == [0.0, 0.0, 0.0]


def test_stations_that_cannot_be_told_are_counted_before_the_shares_of_others() -> None:
    wild = np.array([32.0, 0.0, 0.0])
    assert failsafe_shares(site(63, 3), np.full(3, 20.0), wild_a=wild).tolist() == [0.0, 8.0, 0.0]


def test_a_site_that_holds_says_by_how_much() -> None:
    found = proof(site(63, 3), np.array([6.0, 6.0, 6.0]), np.full(3, 20.0))
    assert found.holds
    assert found.changes == ()
    line = found.lines[0]
    assert (line.silent, line.other, line.total, line.limit, line.unit) == (18.0, 20.0, 38.0, 63.0, "A")
    assert line.missing == 0.0


def test_a_site_that_breaks_names_the_fullest_line_and_what_to_change() -> None:
    """Seen failing with the other load left out of the sum."""
    found = proof(site(63, 3), np.array([32.0, 16.0, 6.0]), np.array([30.0, 40.0, 30.0]))
    assert not found.holds
    fullest = found.lines[0]
    assert (fullest.circuit, fullest.line, fullest.missing) == ("site", 1, 31.0)
    assert found.changes == (Change("e0", 32.0, 8.0), Change("e1", 16.0, 8.0))
    assert found.without_cars == ()
    repaired = np.array([8.0, 8.0, 6.0])
    assert proof(site(63, 3), repaired, np.array([30.0, 40.0, 30.0])).holds


def test_a_building_that_breaks_its_own_limit_is_no_fault_of_the_cars() -> None:
    found = proof(site(63, 1), np.array([0.0]), np.full(3, 70.0))
    assert [line.line for line in found.without_cars] == [0, 1, 2]
    assert not found.holds


def test_of_the_chords_of_a_line_between_lines_the_fullest_is_shown() -> None:
    pairs = ((0, 1), (1, 2), (2, 0))
    outlets = tuple(Outlet(f"e{a}", "site", lines=pair, between=True) for a, pair in enumerate(pairs))
    wiring = Wiring.of(Network((Circuit("site", None, (63.0,) * 3, limit_w=40_000.0),), outlets))
    found = proof(wiring, np.array([32.0, 32.0, 0.0]), np.zeros(len(wiring.rows.rows)))
    assert {(line.line, line.unit) for line in found.lines} == {(0, "A"), (1, "A"), (2, "A"), (None, "W")}
    assert found.lines[0].line == 1
    assert found.lines[0].silent == pytest.approx(32 * 3**0.5, rel=0.005)
