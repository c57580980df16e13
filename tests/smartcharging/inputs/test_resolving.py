"""Whose word counts for what a car needs."""

from datetime import UTC, datetime, time, timedelta
from itertools import permutations
from zoneinfo import ZoneInfo

import pytest

from smartcharging.inputs.choices import NeedClass, NeedSource
from smartcharging.inputs.needs.resolving import Claim, next_at, resolve

NOW = datetime(2026, 11, 21, 18, 0, tzinfo=UTC)
MORNING = NOW + timedelta(hours=13)


def test_without_a_word_nothing_is_known() -> None:
    wanted = resolve([], NOW)
    assert (wanted.energy_wh, wanted.departs_at, wanted.priority) == (None, None, NeedClass.NORMAL)
    assert (wanted.confidence, wanted.sources, wanted.charge_now) == (0.0, {}, False)


def test_each_figure_is_the_word_of_the_most_trusted_whatever_the_order() -> None:
    claims = [
        Claim(NeedSource.GROUP, 5000, NOW + timedelta(hours=1), 1000, "low"),
        Claim(NeedSource.DRIVER, 40_000),
        Claim(NeedSource.FLEET, 20_000, MORNING),
        Claim(NeedSource.CAR, departs_at=NOW + timedelta(hours=2)),
    ]
    for order in permutations(claims):
        wanted = resolve(order, NOW)
        assert (wanted.energy_wh, wanted.departs_at) == (40_000, NOW + timedelta(hours=2))
        assert (wanted.soon_wh, wanted.priority, wanted.confidence) == (1000, NeedClass.LOW, 0.5)
        assert wanted.sources["energy_wh"] == NeedSource.DRIVER


def test_a_departure_that_is_over_leaves_the_word_to_the_next() -> None:
    claims = [Claim(NeedSource.DRIVER, departs_at=NOW), Claim(NeedSource.TAG, departs_at=MORNING)]
    assert resolve(claims, NOW).departs_at == MORNING


def test_a_driver_may_say_that_nothing_is_urgent() -> None:
    """False is a word too: seen failing with it taken for silence."""
    claims = [Claim(NeedSource.DRIVER, charge_now=False), Claim(NeedSource.OPERATOR, charge_now=True)]
    assert resolve(claims, NOW).charge_now is False


@pytest.mark.parametrize(
    ("after", "wanted"),
    [
        ("2026-11-21T05:00:00+00:00", "2026-11-21T06:30:00+00:00"),
        ("2026-11-21T06:30:00+00:00", "2026-11-22T06:30:00+00:00"),
        # On 29 March 2026 clocks go from 2:00 to 3:00, on 25 October back.
        ("2026-03-28T20:00:00+00:00", "2026-03-29T05:30:00+00:00"),
        ("2026-10-24T20:00:00+00:00", "2026-10-25T06:30:00+00:00"),
    ],
)
def test_half_past_seven_is_the_next_one_on_the_clocks_of_the_site(after: str, wanted: str) -> None:
    found = next_at(time(7, 30), datetime.fromisoformat(after), ZoneInfo("Europe/Berlin"))
    assert found == datetime.fromisoformat(wanted)


def test_a_time_that_the_clocks_skip_is_after_the_gap() -> None:
    before = datetime(2026, 3, 29, 0, 0, tzinfo=UTC)
    assert next_at(time(2, 30), before, ZoneInfo("Europe/Berlin")) == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)
