"""The first element in the tariff's order that has the dimension and whose restrictions hold gives the price."""

from decimal import Decimal
from typing import Any

import pytest

from .usages import component, element, lines, net, notes, period, rated_cdr, tariff

CHEAP, DEAR = component("ENERGY", "1"), component("ENERGY", "10")
TEN, ELEVEN, NOON = "2026-01-14T10:00:00Z", "2026-01-14T11:00:00Z", "2026-01-14T12:00:00Z"


def price_of(restrictions: dict[str, Any], **volumes: Any) -> str:
    """1 where the restrictions hold, else 10; for a period of 1 kWh at 11:00 after one of 1 kWh and an hour."""
    prices = tariff(element(CHEAP, **restrictions), element(DEAR))
    rating = rated_cdr(prices, period(TEN, ENERGY=1), period(ELEVEN, ENERGY=1, **volumes), end=NOON)
    return str(lines(rating, "period")[1]["charges"][0]["unit_price"])


@pytest.mark.parametrize(
    ("restrictions", "holds"),
    [
        ({"min_kwh": 1}, True),
        ({"min_kwh": "1.001"}, False),
        ({"max_kwh": 1}, False),
        ({"max_kwh": "1.001"}, True),
        ({"min_duration": 3600}, True),
        ({"min_duration": 3601}, False),
        ({"max_duration": 3600}, False),
        ({"max_duration": 3601}, True),
        ({"start_time": "11:00"}, True),
        ({"start_time": "11:01"}, False),
        ({"end_time": "11:00"}, False),
        ({"end_time": "11:01"}, True),
        ({"start_date": "2026-01-14"}, True),
        ({"start_date": "2026-01-15"}, False),
        ({"end_date": "2026-01-14"}, False),
        ({"end_date": "2026-01-15"}, True),
        ({"day_of_week": ["WEDNESDAY"]}, True),
        ({"day_of_week": ["TUESDAY", "THURSDAY"]}, False),
        ({"min_kwh": 1, "max_duration": 3600}, False),
        ({"min_kwh": 1, "max_duration": 3601}, True),
        ({"min_kwh": None}, True),
    ],
)
def test_a_restriction_is_judged_at_the_start_of_the_period(
    restrictions: dict[str, Any], holds: bool
) -> None:
    assert price_of(restrictions) == ("1" if holds else "10")


@pytest.mark.parametrize(
    ("restrictions", "volumes", "holds"),
    [
        ({"min_power": 11}, {"MIN_POWER": 11}, True),
        ({"min_power": 11}, {"MIN_POWER": Decimal("10.9"), "MAX_POWER": 20}, False),
        ({"max_power": 11}, {"MAX_POWER": 11}, False),
        ({"max_power": 11}, {"MAX_POWER": Decimal("10.9")}, True),
        ({"min_power": 11}, {"POWER": 11}, True),
        ({"min_power": 11}, {"POWER": 10}, False),
        ({"max_power": 11}, {"POWER": 11}, False),
        ({"max_power": 11}, {"POWER": 11, "MAX_POWER": 10}, True),
        ({"min_current": 16}, {"MIN_CURRENT": 16}, True),
        ({"min_current": 16}, {"MIN_CURRENT": 15, "MAX_CURRENT": 32}, False),
        ({"max_current": 16}, {"MAX_CURRENT": 16}, False),
        ({"max_current": 16}, {"MAX_CURRENT": 15}, True),
        ({"max_current": 16}, {"CURRENT": 15}, True),
        ({"min_current": 16}, {"CURRENT": 15}, False),
    ],
)
def test_power_and_current_are_judged_by_their_lowest_and_highest_value(
    restrictions: dict[str, Any], volumes: dict[str, Any], holds: bool
) -> None:
    assert price_of(restrictions, **volumes) == ("1" if holds else "10")


@pytest.mark.parametrize(
    ("restrictions", "note"),
    [
        ({"min_power": 11}, "unknown_power"),
        ({"max_power": 11}, "unknown_power"),
        ({"min_current": 16}, "unknown_current"),
        ({"max_current": 16}, "unknown_current"),
    ],
)
def test_what_nobody_measured_counts_as_fitting_with_a_note(restrictions: dict[str, Any], note: str) -> None:
    rating = rated_cdr(tariff(element(CHEAP, **restrictions)), period(TEN, ENERGY=1), end=ELEVEN)
    assert (net(rating), notes(rating)) == ("1", [(note, 0)])


def test_each_dimension_finds_its_own_element() -> None:
    prices = tariff(
        element(component("TIME", "1")),
        element(component("PARKING_TIME", "5"), component("ENERGY", "2")),
        element(component("ENERGY", "3"), component("TIME", "4"), component("FLAT", "7")),
    )
    rating = rated_cdr(prices, period(TEN, ENERGY=1, TIME=1, PARKING_TIME=1), end=NOON)
    charges = lines(rating, "period")[0]["charges"]
    assert [(c["dimension"], c["element"], c["component"]) for c in charges] == [
        ("FLAT", 2, 2),
        ("ENERGY", 1, 1),
        ("TIME", 0, 0),
        ("PARKING_TIME", 1, 0),
    ]
    assert net(rating) == "15"


def test_a_dimension_that_finds_no_price_is_free_with_a_note() -> None:
    rating = rated_cdr(
        tariff(element(CHEAP, max_kwh=1)), period(TEN, ENERGY=1), period(ELEVEN, ENERGY=1), end=NOON
    )
    assert (net(rating), notes(rating)) == ("1", [("no_price_component", 1)])


def test_a_dimension_that_the_tariff_never_prices_is_free_without_a_word() -> None:
    rating = rated_cdr(tariff(element(CHEAP)), period(TEN, ENERGY=1, TIME=1), end=ELEVEN)
    assert (net(rating), notes(rating)) == ("1", [])


def test_a_fixed_price_comes_once_where_one_is_active_for_the_first_time() -> None:
    prices = tariff(
        element(component("FLAT", "5"), min_kwh=2), element(component("FLAT", "3"), min_kwh=1), element(CHEAP)
    )
    periods = [period(f"2026-01-14T{hour}:00:00Z", ENERGY=1) for hour in (10, 11, 12, 13)]
    rating = rated_cdr(prices, *periods, end="2026-01-14T14:00:00Z")
    assert net(rating) == "7"
    assert [len(line["charges"]) for line in lines(rating, "period")] == [1, 2, 1, 1]


def test_a_negative_price_is_a_credit() -> None:
    rating = rated_cdr(tariff(element(component("ENERGY", "-0.05"))), period(TEN, ENERGY=10), end=ELEVEN)
    assert (net(rating), notes(rating)) == ("-0.5", [("negative_total", None)])
    assert lines(rating, "payable")[0]["gross_minor"] == -50


def test_a_price_of_zero_is_a_price_and_no_credit() -> None:
    rating = rated_cdr(tariff(element(component("ENERGY", "0"))), period(TEN, ENERGY=10), end=ELEVEN)
    assert (net(rating), notes(rating)) == ("0", [])
