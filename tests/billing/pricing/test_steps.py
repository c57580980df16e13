"""What is billed is a whole number of steps of the last price."""

import pytest

from .usages import component, element, lines, net, period, rated_cdr, tariff

TEN, ELEVEN, NOON = "2026-01-14T10:00:00Z", "2026-01-14T11:00:00Z", "2026-01-14T12:00:00Z"


def simple(kind: str, price: str, step: int, volume: object) -> str:
    return net(
        rated_cdr(tariff(element(component(kind, price, step))), period(TEN, **{kind: volume}), end=NOON)
    )


@pytest.mark.parametrize(
    ("step", "kwh", "billed"),
    [
        (0, "1.2345", "1.2345"),
        (1, "1.2345", "1.235"),
        (1, "1.234", "1.234"),
        (500, "1.0", "1"),
        (500, "1.001", "1.5"),
        (1000, "0.001", "1"),
        (1000, "0", "0"),
    ],
)
def test_energy_is_billed_in_whole_steps_of_watt_hours(step: int, kwh: str, billed: str) -> None:
    assert simple("ENERGY", "1", step, kwh) == billed


@pytest.mark.parametrize(
    ("step", "hours", "billed"),
    [
        (900, "0.25", "0.25"),
        (900, "0.251", "0.5"),
        (3600, "0.01", "1"),
        (0, "0.251", "0.251"),
        # Seven minutes, cut off: no second more, and no step more.
        (60, "0.1166666667", "0.1166666667"),
        (60, "0.1167", "0.1167"),
        (60, "0.1166", "0.1166666666666666666666666667"),
        (420, "0.1166666667", "0.1166666667"),
        # 7.02 minutes are not seven, and three decimals are no repeating ones.
        (60, "0.1170", "0.1333333333333333333333333333"),
        (60, "0.117", "0.1333333333333333333333333333"),
        (36, "0.0101", "0.02"),
    ],
)
def test_time_is_billed_in_whole_steps_of_seconds(step: int, hours: str, billed: str) -> None:
    for kind in ("TIME", "PARKING_TIME"):
        assert simple(kind, "1", step, hours) == billed


def test_the_excess_of_cut_off_decimals_adds_up_over_periods() -> None:
    """Three times seven minutes are 21, whatever the last digits say."""
    prices = tariff(element(component("TIME", "1", 60)))
    periods = [period(f"2026-01-14T10:{minute:02}:00Z", TIME="0.11666667") for minute in (0, 7, 14)]
    assert net(rated_cdr(prices, *periods, end="2026-01-14T10:21:00Z")) == "0.35000001"
    twice = [{"type": "TIME", "volume": "0.11666667"}] * 2
    said = period(TEN) | {"dimensions": twice}
    assert net(rated_cdr(prices, said, end="2026-01-14T10:14:00Z")) == "0.23333334"


def test_the_last_price_sets_the_step_and_the_price_of_the_surplus() -> None:
    prices = tariff(
        element(component("ENERGY", "1", 5000), end_time="11:00"), element(component("ENERGY", "10", 500))
    )
    rating = rated_cdr(prices, period(TEN, ENERGY="4.3"), period(ELEVEN, ENERGY="1.1"), end=NOON)
    assert net(rating) == "16.3"
    assert lines(rating, "step_size")[0]["period"] == 1
    billed = lines(rating, "dimension")[0]
    assert (billed["measured"], billed["step_size"], billed["billed"]) == ("5400", 500, "5500")


def test_quantities_without_a_price_do_not_count() -> None:
    """Only the 100 Wh that have a price are rounded up to 500."""
    prices = tariff(element(component("ENERGY", "1", 500), min_kwh=1))
    assert net(rated_cdr(prices, period(TEN, ENERGY="1.2"), period(ELEVEN, ENERGY="0.1"), end=NOON)) == "0.5"


def test_a_period_in_which_nothing_flows_does_not_set_the_step() -> None:
    prices = tariff(
        element(component("ENERGY", "1", 1), end_time="11:00"), element(component("ENERGY", "10", 1000))
    )
    assert net(rated_cdr(prices, period(TEN, ENERGY="1.5"), period(ELEVEN, ENERGY=0), end=NOON)) == "1.5"


def test_if_parking_has_a_price_only_parking_is_rounded() -> None:
    prices = tariff(element(component("TIME", "1", 3600), component("PARKING_TIME", "2", 3600)))
    periods = [period(TEN, TIME="0.5"), period(ELEVEN, PARKING_TIME="0.5")]
    assert net(rated_cdr(prices, *periods, end=NOON)) == "2.5"
    assert (
        net(
            rated_cdr(
                prices, *reversed([period(TEN, PARKING_TIME="0.5"), period(ELEVEN, TIME="0.5")]), end=NOON
            )
        )
        == "2.5"
    )


def test_parking_without_a_price_leaves_the_charging_time_rounded() -> None:
    prices = tariff(element(component("TIME", "1", 3600)), element(component("PARKING_TIME", "2"), min_kwh=1))
    periods = [period(TEN, TIME="0.5"), period(ELEVEN, PARKING_TIME="0.5")]
    assert net(rated_cdr(prices, *periods, end=NOON)) == "1"


def test_each_dimension_has_its_own_steps() -> None:
    prices = tariff(
        element(component("ENERGY", "1", 1000), component("TIME", "1", 3600), component("FLAT", "1", 1000))
    )
    rating = rated_cdr(prices, period(TEN, ENERGY="0.1", TIME="0.1"), end=NOON)
    assert net(rating) == "3"
    assert [(line["dimension"], line["unit"]) for line in lines(rating, "dimension")] == [
        ("ENERGY", "Wh"),
        ("TIME", "s"),
    ]
