"""What a plan looks like: places in percent, round ticks, and nothing drawn that nobody knows."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as some

from smartcharging.picture.chart import Slot, axis, power_chart, price_bars

BEGIN = datetime(2026, 11, 22, 5, 40, tzinfo=UTC)
HOUR = timedelta(hours=1)


def slots(*told: dict[str, float | None]) -> list[Slot]:
    """Slots of an hour each."""
    return [
        Slot(BEGIN + number * HOUR, BEGIN + (number + 1) * HOUR, one.pop("cars_w", 0.0) or 0.0, None, **one)
        for number, one in enumerate(told)
    ]


def test_cars_stand_on_the_building_under_the_limit_of_the_site() -> None:
    """Seen failing with cars drawn from the line of zero."""
    plan = slots(
        {"building_w": 5_000.0, "cars_w": 11_000.0, "limit_w": 20_000.0},
        {"building_w": 8_000.0, "limit_w": 10_000.0},
    )
    chart = power_chart(plan, axis(plan))
    assert [tick.value for tick in chart.ticks] == [0, 10, 20, 30]
    assert [(box.x, box.width) for box in chart.building] == [(0, 50), (50, 50)]
    (car,) = chart.cars
    assert car.y + car.height == pytest.approx(chart.building[0].y, abs=0.01)
    assert 100 - car.y == pytest.approx(100 * 16 / 30, abs=0.01)
    assert [(line.x1, line.x2) for line in chart.limit] == [(0, 50), (50, 50), (50, 100)]
    assert chart.far_limit_w is None


def test_a_limit_far_above_everything_is_told_and_not_drawn() -> None:
    plan = slots({"building_w": 4_000.0, "limit_w": 57_600.0})
    chart = power_chart(plan, axis(plan))
    assert (chart.limit, chart.far_limit_w) == ([], 57_600.0)
    assert chart.ticks[-1].value <= 6


def test_a_limit_that_is_low_for_an_hour_is_drawn() -> None:
    plan = slots({"building_w": 4_000.0, "limit_w": 57_600.0}, {"building_w": 4_000.0, "limit_w": 4_200.0})
    chart = power_chart(plan, axis(plan))
    assert chart.far_limit_w is None
    assert min(line.y1 for line in chart.limit) == 0
    assert len(chart.limit) == 3


def test_the_sun_is_drawn_by_day() -> None:
    told = [0.0, 0.0, 0.0, 3_000.0, 0.0, 0.0, 0.0]
    plan = slots(*({"sun_w": one} for one in told))
    along = axis(plan)
    strokes = power_chart(plan, along).sun
    assert min(line.x1 for line in strokes) == along.at(BEGIN + 2 * HOUR)
    assert max(line.x2 for line in strokes) == along.at(BEGIN + 5 * HOUR)


def test_prices_below_zero_hang_from_its_line() -> None:
    plan = slots({"price": 0.2}, {"price": -0.05}, {"price": None})
    bars = price_bars(plan, axis(plan))
    assert bars
    assert not bars.is_whole
    zero = next(tick.at for tick in bars.ticks if tick.value == 0)
    dear, paid = bars.bars
    assert dear.y + dear.height == pytest.approx(zero, abs=0.01)
    assert paid.y == pytest.approx(zero, abs=0.01)
    assert f"{bars.ticks[-2].value:.{bars.digits}f}" == "0.1"


@pytest.mark.parametrize("price", [0.0, 0.3, -0.1])
def test_one_price_all_day_has_an_axis_too(price: float) -> None:
    plan = slots({"price": price}, {"price": price})
    bars = price_bars(plan, axis(plan))
    assert bars
    assert all(0 <= box.y <= 100 for box in bars.bars)
    assert bars.digits >= 0


def test_hours_are_those_of_the_clock_on_the_wall() -> None:
    """Every third hour of a day; at home it is half past nine in the evening. Seen failing with the hours of UTC."""
    plan = slots(*[{} for _ in range(24)])
    along = axis(plan)
    hours = along.hours(BEGIN.astimezone(ZoneInfo("America/Los_Angeles")))
    assert [one.begins_at.hour for one in hours] == [0, 3, 6, 9, 12, 15, 18, 21]
    assert [one.begins_at.hour for one in hours if one.is_major] == [0, 6, 12, 18]
    assert hours[0].at == pytest.approx(100 * (2 + 20 / 60) / 24, abs=0.01)


POWERS = some.floats(0, 1e7, allow_nan=False)
KNOWN = some.none() | POWERS
PRICE = some.none() | some.floats(-5, 50)


@given(
    some.lists(
        some.fixed_dictionaries(
            {"cars_w": POWERS, "building_w": KNOWN, "sun_w": KNOWN, "limit_w": KNOWN, "price": PRICE}
        ),
        min_size=1,
        max_size=30,
    )
)  # fmt: skip
def test_everything_is_inside_the_picture(told: list[dict[str, float | None]]) -> None:
    plan = slots(*told)
    along = axis(plan)
    chart, prices = power_chart(plan, along), price_bars(plan, along)
    boxes = [*chart.building, *chart.cars, *(prices.bars if prices else ())]
    # A price of nothing is drawn half a percent high.
    assert all(
        box.y >= -0.01 and box.y + box.height <= 100.6 and box.x + box.width <= 100.01 for box in boxes
    )
    assert all(0 <= place <= 100 for line in (*chart.sun, *chart.limit) for place in (line.y1, line.y2))
    for ticks in (chart.ticks, prices.ticks if prices else ()):
        assert len(ticks) <= 7
        assert all(above.at < below.at for below, above in pairwise(ticks))
