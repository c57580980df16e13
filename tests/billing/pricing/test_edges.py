"""Values right at and right beside a border."""

from datetime import UTC, datetime
from fractions import Fraction

import pytest

from billing.pricing.after_tariff import Discount, Terms
from billing.pricing.document import seconds_of
from billing.pricing.errors import Refused
from billing.pricing.tariff_reader import read_tariff

from .usages import (
    component,
    cost,
    element,
    lines,
    net,
    notes,
    period,
    rated_cdr,
    rated_session,
    session,
    tariff,
)

TEN, ELEVEN, NOON = "2026-01-14T10:00:00Z", "2026-01-14T11:00:00Z", "2026-01-14T12:00:00Z"
CHEAP, DEAR = component("ENERGY", "1"), component("ENERGY", "10")


def test_a_period_without_energy_brings_none() -> None:
    prices = tariff(element(component("TIME", "1"), max_kwh="0.0005"), element(component("TIME", "10")))
    rating = rated_cdr(prices, period(TEN, TIME=1), period(ELEVEN, TIME=1), end=NOON)
    assert (net(rating), notes(rating)) == ("2", [])


def test_power_is_exact_to_the_watt() -> None:
    prices = tariff(element(CHEAP, max_power="11.001"), element(DEAR))
    said = session(TEN, ELEVEN, {TEN: 0, "2026-01-14T10:30:00Z": 5500, ELEVEN: 11_000})
    assert net(rated_session(prices, said)) == "11"


def test_a_discount_may_be_nothing_or_all() -> None:
    for percent, left in ((0, "10"), (100, "0")):
        terms = Terms(discounts=(Discount("edge", percent),))
        assert net(rated_cdr(tariff(element(CHEAP)), period(TEN, ENERGY=10), end=NOON, terms=terms)) == left


def test_a_value_of_sixty_characters_is_shown_whole_and_one_of_61_cut() -> None:
    for length, shown in ((58, '"' + "x" * 58 + '" is'), (59, '"' + "x" * 56 + "... is")):
        with pytest.raises(Refused) as caught:
            read_tariff(tariff(element(CHEAP), currency="x" * length))
        assert caught.value.problem.startswith(shown)


def test_microseconds_of_a_moment_are_exact() -> None:
    moment = datetime(2026, 1, 14, 10, 0, 0, 250_001, tzinfo=UTC)
    assert seconds_of(moment) - seconds_of(moment.replace(microsecond=0)) == Fraction(250_001, 1_000_000)


def test_large_amounts_are_rounded_as_small_ones() -> None:
    rating = rated_cdr(
        tariff(element(component("ENERGY", "1", vat=19))), period(TEN, ENERGY="123456.789"), end=NOON
    )
    assert cost(rating) == ("123456.789", "146913.57891")
    assert lines(rating, "payable")[0]["tax_rounded"] == "23456.7899"


@pytest.mark.parametrize(
    ("restriction", "dimension", "price"),
    [
        ({"min_power": 11}, "MIN_POWER", "10"),
        ({"min_power": 11}, "POWER", "10"),
        ({"max_power": 11}, "MAX_POWER", "1"),
        ({"max_power": 11}, "POWER", "1"),
        ({"min_current": 11}, "MIN_CURRENT", "10"),
        ({"max_current": 11}, "MAX_CURRENT", "1"),
    ],
)
def test_power_and_current_just_below_a_border_are_below_it(
    restriction: dict[str, int], dimension: str, price: str
) -> None:
    prices = tariff(element(CHEAP, **restriction), element(DEAR))
    assert net(rated_cdr(prices, period(TEN, ENERGY=1, **{dimension: "10.999"}), end=NOON)) == price


def test_the_wall_clock_is_known_to_the_end_of_the_last_day() -> None:
    """The offset of Berlin changes at 01:00 UTC of the day in which the session ends."""
    prices = tariff(element(CHEAP, start_time="04:00"), element(DEAR))
    said = session(
        "2026-03-28T23:30:00Z",
        "2026-03-29T03:30:00Z",
        {"2026-03-28T23:30:00Z": 0, "2026-03-29T03:30:00Z": 4000},
    )
    assert net(rated_session(prices, said, "Europe/Berlin")) == "26.5"


@pytest.mark.parametrize(
    ("hours", "billed"), [("0.0168", "61"), ("0.0167", "60.12"), ("0.0166", "60"), ("0.0165", "60")]
)
def test_only_half_a_last_digit_is_excess(hours: str, billed: str) -> None:
    """0.0167 h are 60.12 s and stand for a minute; 0.0168 h are 60.48 s and do not."""
    prices = tariff(element(component("TIME", "3600", 1)))
    assert net(rated_cdr(prices, period(TEN, TIME=hours), end=NOON)) == billed
