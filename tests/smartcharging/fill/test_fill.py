"""Who may charge and with how much, in cases small enough to work by hand."""

import numpy as np
import pytest

from smartcharging.engine.fill import Budget, Car, FillError, Policy, Reason, Why, Wiring, fill, shed
from smartcharging.engine.network import Circuit, Network, Outlet

from .sites import amps, filled, flat_site


def test_equal_cars_share_what_there_is_in_steps() -> None:
    assert sorted(amps(flat_site(32, 3), Car("e0"), Car("e1"), Car("e2"))) == [10.0, 11.0, 11.0]


def test_a_car_that_cannot_get_its_minimum_gets_nothing_and_the_others_take_the_rest() -> None:
    assert amps(flat_site(17, 3), Car("e0"), Car("e1"), Car("e2")) == [9.0, 8.0, 0.0]


def test_the_higher_priority_is_admitted_first() -> None:
    assert amps(flat_site(8, 2), Car("e0"), Car("e1", priority=1)) == [0.0, 8.0]


def test_whoever_waited_longest_for_most_is_admitted_first() -> None:
    waiting = (Car("e0", waiting_s=600, deficit=0.2), Car("e1", waiting_s=300, deficit=1.0))
    assert amps(flat_site(8, 2), *waiting) == [0.0, 8.0]


def test_a_car_that_began_a_moment_ago_keeps_its_minimum() -> None:
    begun = Car("e1", running=True, since_s=60)
    assert amps(flat_site(8, 2), Car("e0", waiting_s=9000), begun) == [0.0, 8.0]
    long_ago = Car("e1", running=True, since_s=900)
    assert amps(flat_site(8, 2), Car("e0", waiting_s=9000), long_ago) == [8.0, 0.0]


def test_a_car_paused_a_moment_ago_rests() -> None:
    grants = filled(flat_site(20, 1), [Car("e0", since_s=299)])
    assert grants.of("e0") == 0
    assert grants.reason("e0") == Reason(Why.RESTS, 0.0)
    assert amps(flat_site(20, 1), Car("e0", since_s=300)) == [20.0]


def test_planned_cars_get_their_plan_before_others_get_anything() -> None:
    cars = (Car("e0"), Car("e1", planned_a=14.0), Car("e2", planned_a=3.0))
    assert amps(flat_site(16, 3), *cars) == [0.0, 16.0, 0.0]
    assert amps(flat_site(26, 3), *cars) == [6.0, 14.0, 6.0]


def test_a_car_whose_time_is_short_is_not_left_behind_by_bigger_plans() -> None:
    late = Car("e0", must_run=True)
    assert amps(flat_site(20, 2), late, Car("e1", planned_a=20.0)) == [6.0, 14.0]


def test_nobody_gets_much_more_than_planned() -> None:
    grants = filled(flat_site(63, 1), [Car("e0", planned_a=10.0)])
    assert grants.reason("e0") == Reason(Why.PLAN, 13.0, limit=13.0, unit="A")


def test_a_car_the_plan_pauses_gets_nothing_unless_current_would_be_left_unused() -> None:
    paused = Car("e0", planned_a=0.0)
    grants = filled(flat_site(63, 1), [paused])
    assert grants.reason("e0") == Reason(Why.PAUSED_BY_PLAN, 0.0, limit=0.0, unit="A")
    assert amps(flat_site(63, 1), paused, policy=Policy(fill_paused=True)) == [6.0]


def test_the_planned_ceiling_holds_for_all_but_those_who_must_run() -> None:
    cars = [Car("e0"), Car("e1", planned_a=16.0)]
    grants = filled(flat_site(63, 2), cars, ceiling_w=7_000.0)
    assert grants.as_dict() == {"e0": 0.0, "e1": 16.0}
    reason = grants.reason("e0")
    assert reason is not None
    assert (reason.why, reason.limit, reason.unit, reason.used) == (Why.CEILING, 7_000.0, "W", 16.0 * 690)


def test_the_ceiling_shares_what_is_left_below_it() -> None:
    assert amps(flat_site(63, 2), Car("e0"), Car("e1"), ceiling_w=13_800.0) == [10.0, 10.0]


def test_a_waiting_car_names_the_circuit_the_line_and_the_numbers() -> None:
    feeder = Circuit("feeder B", "site", (63.0, 63.0, 63.0))
    network = Network(
        (Circuit("site", None, (200.0,) * 3), feeder),
        tuple(Outlet(f"e{i}", "feeder B", lines=(1,), maximum_a=30.0) for i in range(3)),
    )
    wiring = Wiring.of(network)
    other = wiring.rows.load_of_lines({"feeder B": (0.0, 3.0, 0.0)})
    grants = fill(wiring, Budget.of(wiring.rows, other=other), [Car(f"e{i}", priority=-i) for i in range(3)])
    assert grants.as_dict() == {"e0": 20.0, "e1": 20.0, "e2": 20.0}
    assert grants.reason("e0") == Reason(Why.CIRCUIT, 20.0, "feeder B", 1, 63.0, 63.0, "A")
    tight = fill(
        wiring, Budget.of(wiring.rows, other=other * 16), [Car(f"e{i}", priority=-i) for i in range(3)]
    )
    assert tight.reason("e2") == Reason(Why.WAITS, 0.0, "feeder B", 1, 63.0, 63.0, "A")
    assert (
        tight.reason("e1") == Reason(Why.MINIMUM, 6.0, "feeder B", 1, 63.0, 63.0, "A") or tight.of("e1") > 6
    )


def test_a_car_with_just_its_minimum_says_so() -> None:
    grants = filled(flat_site(12, 2), [Car("e0"), Car("e1")])
    assert grants.reason("e0") == Reason(Why.MINIMUM, 6.0, "site", 0, 12.0, 12.0, "A")


def test_a_limit_in_watts_is_named_in_watts() -> None:
    root = Circuit("site", None, (100.0,) * 3, limit_w=6_900.0)
    grants = filled(Wiring.of(Network((root,), (Outlet("e0", "site"),))), [Car("e0")])
    assert grants.reason("e0") == Reason(Why.CIRCUIT, 10.0, "site", None, 6_900.0, 6_900.0, "W")


def test_who_gets_all_it_can_take_has_no_reason() -> None:
    grants = filled(flat_site(63, 2), [Car("e0", cap_a=16.0)])
    assert grants.of("e0") == 16.0
    assert grants.reason("e0") is None
    assert grants.reason("e1") is None


def test_an_unused_grant_is_offered_to_others() -> None:
    grants = filled(flat_site(40, 2), [Car("e0", offered_a=9.5), Car("e1")])
    assert grants.as_dict() == {"e0": 9.0, "e1": 31.0}
    assert grants.reason("e0") == Reason(Why.UNUSED, 9.0, limit=9.0, unit="A")


def test_a_station_that_cannot_be_told_is_granted_nothing_beside_its_reservation() -> None:
    wiring = flat_site(40, 2)
    budget = Budget.of(wiring.rows, reserved=np.full(3, 16.0))
    grants = fill(wiring, budget, [Car("e0", reserved=True), Car("e1")])
    assert grants.as_dict() == {"e0": 0.0, "e1": 24.0}
    assert grants.reason("e0") == Reason(Why.RESERVED, 0.0)


def test_weights_divide_what_is_above_the_minimum() -> None:
    assert amps(flat_site(24, 2), Car("e0", weight=1.0), Car("e1", weight=2.0)) == [10.0, 14.0]


def test_one_phase_cars_on_different_lines_do_not_take_from_each_other() -> None:
    root = Circuit("site", None, (16.0,) * 3)
    network = Network((root,), tuple(Outlet(f"e{i}", "site", lines=(i,)) for i in range(3)))
    assert amps(Wiring.of(network), *(Car(f"e{i}") for i in range(3))) == [16.0] * 3


def test_lines_differ_by_no_more_than_the_unbalance_allows() -> None:
    """Seen failing with the cut of cars on the fullest line left out."""
    root = Circuit("site", None, (63.0,) * 3, unbalance_a=20.0)
    network = Network((root,), (Outlet("e0", "site", lines=(0,)), Outlet("e1", "site", lines=(0,))))
    grants = filled(Wiring.of(network), [Car("e0"), Car("e1")])
    assert sum(grants.as_dict().values()) == 20.0
    assert {reason.why for name in ("e0", "e1") if (reason := grants.reason(name))} == {Why.UNBALANCE}


def test_who_came_last_pauses_where_minimum_currents_already_unbalance_the_lines() -> None:
    root = Circuit("site", None, (63.0,) * 3, unbalance_a=7.0)
    network = Network((root,), (Outlet("e0", "site", lines=(0,)), Outlet("e1", "site", lines=(0,))))
    assert amps(Wiring.of(network), Car("e0"), Car("e1")) == [6.0, 0.0]


def test_an_emergency_takes_the_same_share_from_all() -> None:
    wiring = flat_site(33, 2)
    grants = shed(wiring, Budget.of(wiring.rows), [Car("e0"), Car("e1")], np.array([16.0, 32.0]))
    assert grants.as_dict() == {"e0": 12.0, "e1": 21.0}


def test_an_emergency_pauses_the_lowest_priority_when_minimum_currents_do_not_fit() -> None:
    wiring = flat_site(13, 3)
    cars = [Car("e0", running=True, since_s=1), Car("e1", priority=1), Car("e2", priority=2)]
    grants = shed(wiring, Budget.of(wiring.rows), cars, np.array([16.0, 16.0, 0.0]))
    assert grants.as_dict() == {"e0": 7.0, "e1": 6.0, "e2": 0.0}
    less = flat_site(11, 3)
    assert shed(less, Budget.of(less.rows), cars, np.array([16.0, 16.0, 0.0])).as_dict()["e0"] == 0.0


def test_a_part_of_the_budget_that_is_no_number_leaves_nothing_and_one_below_zero_counts_as_zero() -> None:
    wiring = flat_site(32, 1)
    unknown = Budget.of(wiring.rows, other=np.array([0.0, np.nan, 0.0]))
    assert fill(wiring, unknown, [Car("e0")]).of("e0") == 0
    flows_back = Budget.of(wiring.rows, other=np.full(3, -20.0))
    assert fill(wiring, flows_back, [Car("e0")]).of("e0") == 32.0


def test_a_site_without_cars_or_without_outlets_has_an_answer() -> None:
    assert amps(flat_site(32, 1)) == [0.0]
    assert amps(flat_site(32, 0)) == []


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"waiting_s": float("nan")}, "waiting_s"),
        ({"planned_a": float("nan")}, "planned_a"),
        ({"planned_a": -1.0}, "planned_a"),
        ({"planned_a": float("inf")}, "planned_a"),
        ({"weight": float("inf")}, "weight"),
        ({"cap_a": -1.0}, "cap_a"),
        ({"deficit": float("inf")}, "deficit"),
        ({"waiting_s": float("inf")}, "waiting_s"),
        ({"offered_a": float("nan")}, "offered_a"),
        ({"since_s": -5.0}, "since_s"),
    ],
)
def test_a_number_that_is_none_is_refused_with_its_outlet_and_name(
    fields: dict[str, float], words: str
) -> None:
    with pytest.raises(FillError, match=words) as refusal:
        Car("e7", **fields)  # type: ignore[arg-type]
    assert refusal.value.place == "e7"


def test_questions_that_have_no_answer_are_refused_by_name() -> None:
    wiring = flat_site(32, 2)
    with pytest.raises(FillError, match="gone: there is no such outlet"):
        filled(wiring, [Car("gone")])
    with pytest.raises(FillError, match="e1: there is one car"):
        filled(wiring, [Car("e0"), Car("e1"), Car("e1")])
    with pytest.raises(FillError, match="ceiling"):
        filled(wiring, [], ceiling_w=float("nan"))
    with pytest.raises(FillError, match="amps"):
        shed(wiring, Budget.of(wiring.rows), [], np.array([1.0]))
    with pytest.raises(FillError, match="amps"):
        shed(wiring, Budget.of(wiring.rows), [], np.array([1.0, np.nan]))
