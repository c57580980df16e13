"""Prices that follow a market: cut at each interval, never zero where nobody knows, below zero where they are."""

from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from billing.pricing.breakdown import rating_json
from billing.pricing.cutting import TariffFrom
from billing.pricing.document import At
from billing.pricing.errors import Refused
from billing.pricing.market import Formula, at_price, check_follows, following, read_formula, read_market
from billing.pricing.rating import Rating, rate
from billing.pricing.session_reader import read_session
from billing.pricing.tariff_reader import read_tariff
from billing.pricing.usage import usage_of

from .usages import Json, component, cost, element, lines, net, notes, session, tariff

OWN = tariff(element(component("ENERGY", "0.90")), element(component("TIME", "6")))
START, END = "2026-01-14T10:00:00Z", "2026-01-14T11:00:00Z"
STEADY = session(START, END, {START: 0, END: 20_000})
SURCHARGE = Formula(surcharge=Fraction(1, 10))
FALLS_BACK = Formula(surcharge=Fraction(1, 10), falls_back=True)


def market(*prices: str | None, since: str = "2026-01-14T10:00", length_s: int = 900) -> Json:
    """A price for each quarter of an hour from ten on; None where there is none."""
    hour, minute = int(since[11:13]), int(since[14:16])
    starts = [divmod(hour * 60 + minute + n * length_s // 60, 60) for n in range(len(prices))]
    points = [
        {"t": f"2026-01-14T{at[0]:02d}:{at[1]:02d}:00Z", "price": Decimal(price)}
        for at, price in zip(starts, prices, strict=True)
        if price is not None
    ]
    return {"length_s": length_s, "points": points}


def rated(prices: Json, said: Json = STEADY, asked: Json = OWN, formula: Formula = SURCHARGE) -> Rating:
    usage = read_session(said)
    found = following(read_tariff(asked), formula, read_market(At(prices)), usage.start, usage.end)
    return rate(usage_of(usage, found.series, "UTC", found.notes))


def test_each_quarter_of_an_hour_has_its_own_price() -> None:
    """5 kWh each at 0.30, 0.40, 0.20 and 0.10 and the surcharge of 0.10, and an hour of charging."""
    rating = rated(market("0.30", "0.40", "0.20", "0.10"))
    found = lines(rating, "period")
    assert [line["from"][11:16] for line in found] == ["10:00", "10:15", "10:30", "10:45"]
    assert [line["charges"][0]["unit_price"] for line in found] == ["0.4", "0.5", "0.3", "0.2"]
    assert [line["charges"][0]["market_price"] for line in found] == ["0.3", "0.4", "0.2", "0.1"]
    assert net(rating) == "13"


def test_a_price_below_zero_is_taken_off() -> None:
    assert net(rated(market("0.10", "-0.30", "0.10", "-0.10"))) == "7"


def test_factor_floor_and_cap_bound_what_follows() -> None:
    """1.5 times the market: 0.15 is raised to 0.20, 0.45 stays, 0.75 is cut to 0.60, 0.30 stays; 5 kWh each."""
    formula = Formula(factor=Fraction(3, 2), floor=Fraction(1, 5), cap=Fraction(3, 5))
    rating = rated(market("0.10", "0.30", "0.50", "0.20"), formula=formula)
    prices = [line["charges"][0]["unit_price"] for line in lines(rating, "period")]
    assert prices == ["0.2", "0.45", "0.6", "0.3"]


@pytest.mark.parametrize(
    ("included", "vat", "unit_price", "total"),
    [
        ("NO", 19, "0.3", ("6", "7.14")),
        ("YES", 19, "0.357", ("6", "7.14")),
        ("YES", None, "0.3", ("6", "6")),
        ("N/A", 19, "0.3", ("6", "6")),
    ],
)
def test_the_formula_is_without_tax_whatever_the_tariff_includes(
    included: str, vat: int | None, unit_price: str, total: tuple[str, str]
) -> None:
    asked = tariff(element(component("ENERGY", "0.9", vat=vat)), tax_included=included)
    rating = rated(market("0.2", "0.2", "0.2", "0.2"), asked=asked)
    assert lines(rating, "period")[0]["charges"][0]["unit_price"] == unit_price
    assert cost(rating) == total


def test_intervals_may_begin_before_the_session_and_end_after_it() -> None:
    prices = market("9", "0.30", "0.40", "0.20", "0.10", "9", since="2026-01-14T09:45")
    assert net(rated(prices)) == "13"
    late = session("2026-01-14T10:07:30Z", END, {"2026-01-14T10:07:30Z": 0, END: 10_500})
    assert [line["seconds"] for line in lines(rated(prices, late), "period")] == ["450", "900", "900", "900"]


def test_the_order_in_which_prices_are_given_changes_nothing() -> None:
    prices = market("0.30", "0.40", "0.20", "0.10")
    turned = {**prices, "points": prices["points"][::-1]}
    assert rating_json(rated(turned)) == rating_json(rated(prices))


def test_another_price_of_one_interval_is_another_input() -> None:
    one, other = rated(market("0.3", "0.4", "0.2", "0.1")), rated(market("0.3", "0.4", "0.2", "0.1001"))
    assert one.input_hash != other.input_hash


GAPS = [
    (market(), "from 2026-01-14 10:00 to 2026-01-14 11:00"),
    (market("0.30"), "from 2026-01-14 10:15 to 2026-01-14 11:00"),
    (market(None, "0.40", "0.20", "0.10"), "from 2026-01-14 10:00 to 2026-01-14 10:15"),
    (market("0.30", None, None, "0.40"), "from 2026-01-14 10:15 to 2026-01-14 10:45"),
]


@pytest.mark.parametrize(("prices", "missing"), GAPS)
def test_an_interval_without_a_price_refuses_and_names_it(prices: Json, missing: str) -> None:
    with pytest.raises(Refused, match=f"prices: the market has no price {missing} UTC"):
        rated(prices)


def test_where_the_tariff_says_so_its_own_price_fills_the_gap_and_a_note_tells() -> None:
    """5 kWh at 0.40, 10 at the tariff's 0.90, 5 at 0.50, and an hour."""
    rating = rated(market("0.30", None, None, "0.40"), formula=FALLS_BACK)
    assert net(rating) == "19.5"
    assert notes(rating) == [("market_price_missing", None)]
    assert "10:15 to 2026-01-14 10:45 UTC" in lines(rating, "note")[0]["text"]
    own = lines(rating, "period")[1]["charges"][0]
    assert (own["unit_price"], "market_price" in own) == ("0.9", False)


def test_without_any_price_the_rest_is_the_tariff_itself() -> None:
    assert net(rated(market(), formula=FALLS_BACK)) == "24"


def test_what_is_no_energy_keeps_its_price() -> None:
    found = at_price(read_tariff(OWN), SURCHARGE, Fraction(1, 3))
    assert [part.price for one in found.elements for part in one.components] == [Fraction(13, 30), 6]


def test_one_price_for_all_is_the_price_of_a_tariff_that_does_not_follow() -> None:
    usage = read_session(STEADY)
    fixed: list[Any] = [TariffFrom(usage.start, at_price(read_tariff(OWN), SURCHARGE, Fraction(3, 10)))]
    assert net(rated(market("0.30", "0.30", "0.30", "0.30"))) == net(rate(usage_of(usage, fixed, "UTC")))


def test_borders_of_the_tariff_still_cut() -> None:
    night = tariff(
        element(component("TIME", "6"), start_time="10:20", end_time="10:40"),
        element(component("ENERGY", "1")),
    )
    starts = [line["from"][11:16] for line in lines(rated(market("1", "1", "1", "1"), asked=night), "period")]
    assert starts == ["10:00", "10:15", "10:20", "10:30", "10:40", "10:45"]


@pytest.mark.parametrize(
    "prices", [{}, {"length_s": "x", "points": []}, {"length_s": 900, "points": [{"t": START}]}]
)
def test_a_market_that_cannot_be_read_is_refused(prices: Json) -> None:
    with pytest.raises(Refused):
        rated(prices)


def test_a_formula_is_read_exactly() -> None:
    said = {
        "factor": Decimal("1.1"),
        "surcharge": Decimal("-0.02"),
        "floor": 0,
        "cap": 1,
        "missing": "tariff",
    }
    assert read_formula(At(said)) == Formula(Fraction(11, 10), Fraction(-1, 50), 0, 1, True)
    assert read_formula(At({"missing": "hold"})) == Formula()
    assert read_formula(At({"floor": 1, "cap": 1, "missing": "hold"})) == Formula(floor=1, cap=1)


@pytest.mark.parametrize(
    ("said", "problem"),
    [
        ({}, "missing: is missing"),
        ({"missing": "guess"}, "missing: "),
        ({"factor": "x", "missing": "hold"}, "factor: "),
        ({"factor": -1, "missing": "hold"}, "factor: -1 is below zero"),
        ({"floor": 2, "cap": 1, "missing": "hold"}, "cap: 1 is below the floor"),
    ],
)
def test_a_formula_that_cannot_be_is_refused_with_its_place(said: Json, problem: str) -> None:
    with pytest.raises(Refused) as refused:
        read_formula(At(said))
    assert str(refused.value).startswith(problem)


def test_only_a_tariff_with_one_price_of_energy_follows() -> None:
    check_follows(read_tariff(OWN))
    with pytest.raises(Refused, match="elements: have no price of energy"):
        check_follows(read_tariff(tariff(element(component("TIME", "6")))))
    twice = tariff(element(component("ENERGY", "1"), max_kwh=5), element(component("ENERGY", "2")))
    with pytest.raises(Refused, match=r"elements\[1\]\.price_components\[0\]: is a second price"):
        check_follows(read_tariff(twice))
