"""The cost so far: made with each reading, and equal to the final price when the last reading is the stop."""

from datetime import timedelta

import pytest
import time_machine
from django.db import transaction
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from billing.models import Rating
from billing.services.ratings.outcome import session_rate
from billing.services.ratings.running import estimates_refresh, session_estimate
from cpms.core import clock
from tests.worlds import World

from .story import Story, at

EVERYTHING = """{"currency": "EUR", "min_price": {"excl_vat": 0.2}, "elements": [
    {"price_components": [{"type": "ENERGY", "price": 0.79, "vat": 19}, {"type": "PARKING_TIME", "price": 6, "vat": 7}],
     "restrictions": {"start_time": "10:20", "end_time": "10:50"}},
    {"price_components": [{"type": "ENERGY", "price": 0.333, "vat": 19}], "restrictions": {"max_kwh": 3}},
    {"price_components": [{"type": "FLAT", "price": 0.5, "vat": 19}, {"type": "ENERGY", "price": 0.25, "vat": 7},
                          {"type": "TIME", "price": 1.2, "vat": 19, "step_size": 60}]}]}"""
STATUSES = ("Charging", "SuspendedEV", "SuspendedEVSE", "Finishing", "Preparing")
Step = tuple[int, int, str]
# Seconds until the next reading, Wh until then, and what the connector says meanwhile.
STEPS = st.lists(
    st.tuples(st.integers(1, 1800), st.integers(-50, 12_000), st.sampled_from(STATUSES)),
    min_size=1,
    max_size=12,
)


def tell(story: Story, steps: list[Step]) -> tuple[float, int]:
    """Readings and statuses; minute and energy of the last reading."""
    minutes, energy_wh = 0.0, 0
    for seconds, wh, status in steps:
        story.status(minutes + seconds / 120, status)
        minutes, energy_wh = minutes + seconds / 60, energy_wh + wh
        story.read(minutes, energy_wh)
    return minutes, energy_wh


@pytest.mark.django_db
@given(steps=STEPS)
@example(steps=[(600, 2_000, "Charging"), (600, 90_000, "Charging")])
@example(steps=[(600, 2_000, "Charging"), (600, -1_500, "Charging"), (600, 3_000, "Charging")])
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_cost_so_far_is_the_final_price_when_the_last_reading_is_the_stop(
    story: Story, steps: list[Step]
) -> None:
    """Seen failing with the estimate rated without a stop, and with its readings cut off before the last one."""
    with transaction.atomic():
        story.tariff(EVERYTHING)
        story.begin()
        minutes, energy_wh = tell(story, steps)
        so_far = session_estimate(story.session)
        final = session_rate(story.end(minutes, energy_wh))
        assert so_far is not None
        assert final is not None
        assert (so_far.gross_minor, so_far.net_minor) == (final.gross_minor, final.net_minor)
        assert so_far.amount == final.amount
        assert so_far.ended_at == final.ended_at
        assert so_far.doubts == final.doubts
        transaction.set_rollback(True)


def test_every_reading_makes_the_estimate_anew_and_there_is_one(story: Story) -> None:
    story.tariff()
    story.begin(11 * 60)
    costs = []
    for number in (1, 2, 3):
        story.read(11 * 60 + 10 * number, 2_000 * number)
        with time_machine.travel(at(11 * 60 + 10 * number + 1), tick=False):
            assert estimates_refresh() == 1
        costs.append(Rating.objects.get(transaction=story.session).gross_minor)
    assert costs == [119, 238, 357]
    assert Rating.objects.get(transaction=story.session).attempt == 0


def test_without_a_new_reading_nothing_is_rated_again(story: Story) -> None:
    story.tariff()
    story.begin()
    story.read(10, 1_000)
    assert (estimates_refresh(), estimates_refresh()) == (1, 0)


def test_before_the_first_reading_there_is_no_estimate(story: Story) -> None:
    story.tariff()
    story.begin()
    assert estimates_refresh() == 0


def test_the_outcome_takes_the_place_of_the_estimate(story: Story) -> None:
    story.tariff()
    story.begin()
    story.read(30, 5_000)
    estimates_refresh()
    session_rate(story.end(60, 10_000))
    assert story.ratings() == [("final", 595)]
    assert estimates_refresh() == 0


def test_an_estimate_without_a_tariff_says_so(story: Story) -> None:
    story.begin()
    story.read(30, 5_000)
    assert estimates_refresh() == 1
    assert story.ratings() == [("estimate", None)]


def test_sessions_of_many_organisations_are_all_refreshed(story: Story) -> None:
    story.tariff()
    other = Story(World("BETA"))
    for one in (story, other):
        one.begin()
        one.read(30, 5_000)
    assert estimates_refresh() == 2
    assert clock.now() - Rating.objects.get(transaction=other.session).rated_at < timedelta(minutes=1)
    assert at(30) == Rating.objects.get(transaction=other.session).ended_at
