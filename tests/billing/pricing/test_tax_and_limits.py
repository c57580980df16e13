"""Net, tax and gross; least and greatest prices; rounding once, at the end."""

from fractions import Fraction
from typing import Any

import pytest

from billing.pricing.rounding import half_up, minor_units, plain, rounded

from .usages import component, cost, element, lines, notes, period, rated_cdr, tariff

TEN, ELEVEN = "2026-01-14T10:00:00Z", "2026-01-14T11:00:00Z"


def rated(*components: Any, kwh: object = 10, **fields: Any) -> Any:
    return rated_cdr(tariff(element(*components), **fields), period(TEN, ENERGY=kwh, TIME=1), end=ELEVEN)


@pytest.mark.parametrize(
    ("included", "vat", "amounts"),
    [
        ("NO", 19, ("5.95", "7.0805")),
        (None, 19, ("5.95", "7.0805")),
        ("YES", 19, ("5", "5.95")),
        ("N/A", 19, ("5.95", "5.95")),
        ("NO", None, ("5.95", "5.95")),
        ("YES", None, ("5.95", "5.95")),
        ("YES", 0, ("5.95", "5.95")),
        ("NO", 0, ("5.95", "5.95")),
    ],
)
def test_tax_is_on_top_inside_or_nowhere(
    included: str | None, vat: int | None, amounts: tuple[str, str]
) -> None:
    assert cost(rated(component("ENERGY", "0.595", vat=vat), tax_included=included)) == amounts


def test_a_tax_that_was_not_said_is_not_a_tax_of_zero() -> None:
    rating = rated(component("ENERGY", "1"), component("TIME", "1", vat=0), component("FLAT", "1", vat=7))
    assert [(line["vat"], line["net"], line["tax"]) for line in lines(rating, "tax")] == [
        ("7", "1", "0.07"),
        (None, "10", "0"),
        ("0", "1", "0"),
    ]


def test_prices_of_one_rate_make_one_tax_line_however_they_are_said() -> None:
    with_tax = tariff(element(component("ENERGY", "1.19", vat=19)), id="A", tax_included="YES")
    without = tariff(element(component("ENERGY", "1", vat=19)), id="B")
    periods = [period(TEN, ENERGY=1, tariff_id="A"), period("2026-01-14T10:30:00Z", ENERGY=1, tariff_id="B")]
    rating = rated_cdr(None, *periods, tariffs=[with_tax, without], end=ELEVEN)
    assert [(line["net"], line["tax"]) for line in lines(rating, "tax")] == [("2", "0.38")]


@pytest.mark.parametrize(
    ("limits", "amounts"),
    [
        ({"min_price": {"excl_vat": 9, "incl_vat": 13}}, ("10", "13")),
        ({"min_price": {"excl_vat": 11, "incl_vat": 12}}, ("11", "12")),
        ({"min_price": {"excl_vat": 10, "incl_vat": 12}}, ("10", "12")),
        ({"min_price": {"excl_vat": 20}}, ("20", "24")),
        ({"min_price": {"incl_vat": 24}}, ("20", "24")),
        ({"min_price": {"before_taxes": 20, "after_taxes": 30}}, ("20", "30")),
        ({"min_price": 20}, ("20", "24")),
        ({"min_price": {"excl_vat": 5}}, ("10", "12")),
        ({"max_price": {"excl_vat": 5}}, ("5", "6")),
        ({"max_price": {"incl_vat": 6}}, ("5", "6")),
        ({"max_price": {"excl_vat": 5, "incl_vat": 5}}, ("5", "5")),
        ({"max_price": {"excl_vat": 11, "incl_vat": 11}}, ("10", "11")),
        ({"max_price": {"before_taxes": 0}}, ("0", "0")),
        ({"min_price": {"excl_vat": 20}, "max_price": {"excl_vat": 15}}, ("15", "18")),
        ({"min_price": None}, ("10", "12")),
    ],
)
def test_each_side_of_a_limit_acts_on_its_own_and_a_missing_one_follows(
    limits: dict[str, Any], amounts: tuple[str, str]
) -> None:
    assert cost(rated(component("ENERGY", "1", vat=20), **limits)) == amounts


def test_a_least_price_is_paid_for_nothing() -> None:
    """With no tax to go by, the other side becomes the same."""
    for limit in ({"excl_vat": 3}, {"incl_vat": 3}):
        assert cost(rated(component("ENERGY", "1", vat=20), kwh=0, min_price=limit)) == ("3", "3")


def tax_lines(rating: Any) -> list[tuple[Any, ...]]:
    return [(line["vat"], line["net"], line["tax"]) for line in lines(rating, "tax")]


def test_tax_lines_move_with_the_limit() -> None:
    rating = rated(
        component("ENERGY", "1", vat=20), component("TIME", "10", vat=10), max_price={"excl_vat": 10}
    )
    assert tax_lines(rating) == [("20", "5", "1"), ("10", "5", "0.5")]
    assert lines(rating, "max_price") == [
        {
            "line": "max_price",
            "before": {"excl_vat": "20", "incl_vat": "23"},
            "after": {"excl_vat": "10", "incl_vat": "11.5"},
        }
    ]


def test_a_tax_that_only_a_limit_makes_has_a_line_without_a_rate() -> None:
    rating = rated(component("ENERGY", "1", vat=0), min_price={"excl_vat": 5, "incl_vat": 12})
    assert tax_lines(rating) == [("0", "10", "0"), (None, "0", "2")]
    rating = rated(component("ENERGY", "1", vat=20), kwh=0, min_price={"excl_vat": 5, "incl_vat": 6})
    assert tax_lines(rating) == [(None, "5", "1")]


def test_limits_that_change_nothing_leave_no_line() -> None:
    rating = rated(component("ENERGY", "1"), min_price={"excl_vat": 10}, max_price={"excl_vat": 10})
    assert lines(rating, "min_price") == lines(rating, "max_price") == []


def test_the_limits_of_a_series_of_tariffs_are_those_of_the_start() -> None:
    first = tariff(element(component("ENERGY", "1")), id="A", min_price={"excl_vat": 50})
    other = tariff(element(component("ENERGY", "1")), id="B", min_price={"excl_vat": 70})
    periods = [period(TEN, ENERGY=1, tariff_id="A"), period("2026-01-14T10:30:00Z", ENERGY=1, tariff_id="B")]
    rating = rated_cdr(None, *periods, tariffs=[first, other], end=ELEVEN)
    assert cost(rating) == ("50", "50")
    assert notes(rating) == [("limits_of_first_tariff", None)]


def test_amounts_are_rounded_once_half_away_from_zero() -> None:
    rating = rated(component("ENERGY", "0.3", 0, vat=19), kwh="1.2345")
    assert cost(rating) == ("0.37035", "0.4407165")
    payable = lines(rating, "payable")[0]
    assert payable["net_rounded"] == "0.3704"
    assert payable["gross_rounded"] == "0.4407"
    assert payable["tax_rounded"] == "0.0703"
    assert payable["gross_minor"] == payable["due_minor"] == 44


@pytest.mark.parametrize(
    ("value", "places", "text"),
    [
        (Fraction(12345, 100_000), 4, "0.1235"),
        (Fraction(-12345, 100_000), 4, "-0.1235"),
        (Fraction(12344, 100_000), 4, "0.1234"),
        (Fraction(1, 2), 0, "1"),
        (Fraction(-1, 2), 0, "-1"),
        (Fraction(49, 100), 0, "0"),
        (5, 4, "5"),
        (Fraction(1, 3), 4, "0.3333"),
    ],
)
def test_rounding(value: Fraction, places: int, text: str) -> None:
    assert rounded(value, places) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"),
        (-7, "-7"),
        (Fraction(1, 8), "0.125"),
        (Fraction(-1, 8), "-0.125"),
        (Fraction(-9, 8), "-1.125"),
        (Fraction(1, 5), "0.2"),
        (Fraction(123, 1000), "0.123"),
        (Fraction(1, 10**12), "0.000000000001"),
        (Fraction(2, 3), "0.6666666666666666666666666667"),
        (Fraction(200, 3), "66.66666666666666666666666667"),
        (Fraction(-1, 3), "-0.3333333333333333333333333333"),
    ],
)
def test_numbers_are_written_with_all_their_digits(value: Fraction, text: str) -> None:
    assert plain(value) == text


@pytest.mark.parametrize(
    ("currency", "minor"),
    [("EUR", 124), ("GBP", 124), ("JPY", 1), ("ISK", 1), ("KWD", 1235), ("TND", 1235), ("CLF", 12350)],
)
def test_the_minor_unit_is_that_of_the_currency(currency: str, minor: int) -> None:
    assert minor_units(Fraction(1235, 1000), currency) == minor


def test_half_up_of_whole_numbers_is_themselves() -> None:
    assert [half_up(value) for value in (-3, 0, 4)] == [-3, 0, 4]
