"""Whatever is asked: no row over its budget, nobody below his minimum, nobody who is equal gets less."""

from hypothesis import given, settings

from smartcharging.engine.fill import Budget, Car, Policy, Wiring, fill

from .sites import NEARLY, overload, questions

Question = tuple[Wiring, Budget, list[Car], float | None, Policy]


@settings(max_examples=400, deadline=None)
@given(questions())
def test_no_row_is_over_its_budget_after_rounding(question: Question) -> None:
    wiring, budget, cars, ceiling, policy = question
    grants = fill(wiring, budget, cars, ceiling_w=ceiling, policy=policy)
    assert overload(grants) <= NEARLY


@settings(max_examples=300, deadline=None)
@given(questions())
def test_nobody_gets_less_than_his_minimum_more_than_he_can_take_or_a_value_his_station_does_not_know(
    question: Question,
) -> None:
    wiring, budget, cars, ceiling, policy = question
    grants = fill(wiring, budget, cars, ceiling_w=ceiling, policy=policy)
    for outlet in wiring.network.outlets:
        granted = grants.of(outlet.id)
        steps = (granted - outlet.minimum_a) / outlet.step_a
        assert granted == 0 or outlet.minimum_a - NEARLY <= granted <= outlet.maximum_a + NEARLY
        assert granted == 0 or abs(steps - round(steps)) < NEARLY
