"""CDRs as partners send them: several tariffs, old shapes, odd orders, no time zone."""

from typing import Any

import pytest

from billing.pricing.breakdown import totals
from billing.pricing.country_zones import ZONE_OF_COUNTRY
from billing.pricing.wall_clock import zone_named

from .usages import component, element, lines, net, notes, period, rated_cdr, tariff

TEN, ELEVEN, NOON = "2026-01-14T10:00:00Z", "2026-01-14T11:00:00Z", "2026-01-14T12:00:00Z"
CHEAP, DEAR = component("ENERGY", "1"), component("ENERGY", "10")
A, B = tariff(element(CHEAP), id="A"), tariff(element(DEAR), id="b")


def test_each_period_takes_the_tariff_it_names() -> None:
    periods = [period(TEN, ENERGY=1, tariff_id="a"), period(ELEVEN, ENERGY=1, tariff_id="B")]
    rating = rated_cdr(None, *periods, tariffs=[A, B], end=NOON)
    assert net(rating) == "11"
    assert [line["charges"][0]["tariff"] for line in lines(rating, "period")] == ["A", "b"]


def test_where_others_name_a_tariff_a_period_that_names_none_is_free_with_a_note() -> None:
    periods = [period(TEN, ENERGY=1), period(ELEVEN, ENERGY=1, tariff_id="B")]
    rating = rated_cdr(None, *periods, tariffs=[A | {"min_price": 50}, B | {"min_price": 20}], end=NOON)
    assert net(rating) == "20"
    assert notes(rating)[0] == ("no_tariff", 0)


def test_where_none_is_named_the_first_that_was_valid_applies() -> None:
    old = A | {"end_date_time": TEN}
    assert net(rated_cdr(None, period(TEN, ENERGY=1), tariffs=[old, B], end=NOON)) == "10"
    new = A | {"start_date_time": TEN}
    assert net(rated_cdr(None, period(TEN, ENERGY=1), tariffs=[new, B], end=NOON)) == "1"


def test_a_tariff_outside_its_validity_still_applies_with_a_note() -> None:
    for fields in ({"end_date_time": TEN}, {"start_date_time": "2026-01-14T10:00:01Z"}):
        rating = rated_cdr(None, period(TEN, ENERGY=1), tariffs=[A | fields], end=NOON)
        assert (net(rating), notes(rating)) == ("1", [("tariff_outside_validity", None)])


def test_the_only_tariff_applies_whatever_a_period_names_with_a_note() -> None:
    rating = rated_cdr(
        A, period(TEN, ENERGY=1), period(ELEVEN, ENERGY=1, tariff_id="B"), tariffs=[B], end=NOON
    )
    assert (net(rating), notes(rating)) == ("2", [("other_tariff_named", 1)])
    assert notes(rated_cdr(A, period(TEN, ENERGY=1, tariff_id="a"), end=NOON)) == []


def test_fields_that_are_not_of_ocpi_have_no_influence_and_are_noted() -> None:
    odd = element(CHEAP | {"price_round": 1}) | {"hint": 1}
    rating = rated_cdr(tariff(odd, colour="red"), period(TEN, ENERGY=1), end=NOON)
    assert [line["text"].split(" ")[0] for line in lines(rating, "note")] == [
        "colour",
        "elements[0].hint",
        "elements[0].price_components[0].price_round",
    ]


def test_the_older_shape_of_a_record_is_read() -> None:
    """OCPI 2.1.1 calls the end stop_date_time and has a FLAT dimension; its total is a bare number."""
    rating = rated_cdr(
        tariff(element(CHEAP, component("FLAT", "3"))),
        period(TEN, ENERGY=1, FLAT=1),
        start_date_time=TEN,
        stop_date_time=NOON,
        total_cost=4,
    )
    assert net(rating) == "4"
    assert totals(rating)["total_time"] == "2"


def test_without_an_end_the_last_period_lasts_as_long_as_its_times() -> None:
    rating = rated_cdr(A, period(TEN, ENERGY=5), period(ELEVEN, TIME="0.5", PARKING_TIME="0.25", ENERGY=5))
    assert totals(rating)["total_time"] == "1.75"
    assert totals(rated_cdr(A, period(TEN, ENERGY=5), start_date_time=ELEVEN))["total_time"] == "0"


def test_a_record_starts_where_it_says_else_with_its_first_period() -> None:
    assert (
        totals(rated_cdr(A, period(TEN), start_date_time="2026-01-14T09:30:00Z", end=NOON))["total_time"]
        == "2.5"
    )
    assert totals(rated_cdr(A, period(TEN), end=NOON))["total_time"] == "2"
    assert totals(rated_cdr(A, period(TEN), start_date_time=TEN, end=TEN))["total_time"] == "0"


def test_periods_in_another_order_are_put_in_order_of_time_with_a_note() -> None:
    prices = tariff(element(CHEAP, max_kwh=2), element(DEAR))
    rating = rated_cdr(prices, period(ELEVEN, ENERGY=3), period(TEN, ENERGY=2), end=NOON)
    assert net(rating) == "32"
    assert ("periods_out_of_order", None) in notes(rating)


def test_the_same_dimension_twice_in_a_period_adds_up() -> None:
    said = period(TEN) | {"dimensions": [{"type": "ENERGY", "volume": 1}, {"type": "ENERGY", "volume": 2}]}
    assert net(rated_cdr(A, said, end=NOON)) == "3"


def test_a_period_without_dimensions_still_starts_the_session() -> None:
    prices = tariff(element(component("FLAT", "3")))
    assert net(rated_cdr(prices, {"start_date_time": TEN}, end=NOON)) == "3"


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("2026-01-14T10:00:00", TEN),
        ("2026-01-14T11:00:00+01:00", TEN),
        ("2026-01-14t10:00:00z", TEN),
        ("2026-01-14 10:00:00", TEN),
        ("2026-01-14T10:00:00.000Z", TEN),
        ("2026-01-14T10:00:00.5Z", "2026-01-14T10:00:00.500000Z"),
        ("2026-01-14T10:00:00.123456789Z", "2026-01-14T10:00:00.123457Z"),
    ],
)
def test_time_stamps_are_read_in_the_shapes_of_ocpi(text: str, same: str) -> None:
    assert lines(rated_cdr(A, period(text, ENERGY=1), end=NOON), "period")[0]["from"] == same


def location(**fields: Any) -> Any:
    prices = tariff(element(CHEAP, start_time="11:00", end_time="12:00"), element(DEAR))
    return rated_cdr(prices, period(TEN, ENERGY=1), zone=None, end="2026-01-14T10:30:00Z", **fields)


def test_the_time_zone_is_that_of_the_location() -> None:
    named = {"country": "NLD", "time_zone": "Asia/Kolkata"}
    assert net(location(cdr_location=named)) == "10"
    for fields in (
        {"cdr_location": {"time_zone": "Europe/Berlin"}},
        {"location": {"time_zone": "Europe/Berlin"}},
    ):
        rating = location(**fields)
        assert (net(rating), notes(rating)) == ("1", [])


def test_else_the_time_zone_is_that_of_the_country_with_a_note() -> None:
    rating = location(cdr_location={"country": "NLD"})
    assert (net(rating), notes(rating)) == ("1", [("time_zone_of_country", None)])
    assert "Europe/Amsterdam" in lines(rating, "note")[0]["text"]


def test_else_the_time_zone_is_utc_with_a_note() -> None:
    for fields in ({}, {"cdr_location": {}}, {"cdr_location": {"country": "USA"}}):
        rating = location(**fields)
        assert (net(rating), notes(rating)) == ("10", [("time_zone_unknown", None)])


def test_every_zone_of_a_country_exists() -> None:

    assert {zone_named(zone).key for zone in ZONE_OF_COUNTRY.values()} == set(ZONE_OF_COUNTRY.values())
