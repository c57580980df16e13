"""Prices in plans: the series a site buys by, flat where nobody knows, and cars charged when it is cheapest."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import numpy as np
import pytest
from django.core.exceptions import ValidationError

from billing.models import PriceSeries
from billing.services.tariffs.market import prices_put, series_create
from cpms.core import clock
from cpms.core.actors import SYSTEM
from smartcharging.balancing.planning import site_plan
from smartcharging.engine.plan import even_grid
from smartcharging.inputs.choices import NeedSource
from smartcharging.inputs.needs.saying import need_set
from smartcharging.inputs.prices import FLAT_PRICE, HIGHEST, prices_ahead
from smartcharging.services import installing
from smartcharging.services.circuits import policy_set
from tests.smartcharging.balancing.scene import granted, managed
from tests.worlds import World

pytestmark = pytest.mark.django_db

TEN = datetime(2026, 1, 14, 10, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture
def series(world: World) -> PriceSeries:
    return series_create(
        world.organisation, SYSTEM, name="Day ahead", currency="EUR", time_zone="UTC", resolution_minutes=60
    )


def told(series: PriceSeries, *prices: str, since: datetime = TEN) -> None:
    prices_put(series, [(since + n * HOUR, Decimal(price)) for n, price in enumerate(prices)], SYSTEM)


def test_slots_have_the_mean_of_the_prices_in_them(series: PriceSeries) -> None:
    """Two hours from half past ten: half of 0.10 and half of 0.30, then 0.30 and -0.20."""
    told(series, "0.10", "0.30", "-0.20")
    ahead = prices_ahead(series, even_grid(2, 3600), TEN + HOUR / 2)
    assert ahead.told == (0.2, 0.05)
    np.testing.assert_allclose(ahead.weights, [0.2, 0.05])


def test_a_slot_without_a_price_costs_what_the_others_do_on_the_average(series: PriceSeries) -> None:
    told(series, "0.10", "0.30")
    ahead = prices_ahead(series, even_grid(4, 3600), TEN)
    assert ahead.told == (0.1, 0.3, None, None)
    np.testing.assert_allclose(ahead.weights, [0.1, 0.3, 0.2, 0.2])


def test_without_prices_all_hours_cost_the_same(series: PriceSeries) -> None:
    for one in (None, series):
        ahead = prices_ahead(one, even_grid(3, 3600), TEN)
        assert ahead.told == (None, None, None)
        assert set(ahead.weights) == {FLAT_PRICE}
    assert prices_ahead(None, even_grid(3, 3600), TEN).as_json == {}


def test_prices_of_any_currency_stay_below_what_energy_left_out_costs(series: PriceSeries) -> None:
    told(series, "20", "-5", "10")
    ahead = prices_ahead(series, even_grid(3, 3600), TEN)
    np.testing.assert_allclose(ahead.weights, [HIGHEST, -HIGHEST / 4, HIGHEST / 2])
    assert ahead.told == (20, -5, 10)
    assert ahead.scale == HIGHEST / 20


def test_a_car_is_charged_when_energy_is_cheapest(
    world: World, series: PriceSeries, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Seen failing with the flat price: all of it in the first hour, because earlier is as cheap."""
    monkeypatch.setattr(installing, "SETTLES", timedelta(0))
    granted(managed(world))
    begin = clock.now().replace(minute=0, second=0, microsecond=0)
    told(series, "0.40", "0.40", "0.40", "-0.05", "0.40", "0.40", since=begin)
    policy_set(world.site, SYSTEM, price_series=series)
    leaves = begin + 6 * HOUR
    need_set(world.transaction, NeedSource.DRIVER, SYSTEM, energy_wh=8_000, departs_at=leaves)
    plan = site_plan(world.site.pk)
    (watts,) = plan.powers_w.values()
    starts = [plan.starts_at + timedelta(seconds=second) for second in plan.slots_s]
    energy_wh = {
        begun: power * (end - begun).total_seconds() / 3600
        for begun, end, power in zip(starts, starts[1:], watts, strict=False)
    }
    cheap = sum(wh for at, wh in energy_wh.items() if begin + 2.5 * HOUR <= at < begin + 4.5 * HOUR)
    assert cheap > 0.9 * sum(energy_wh.values()) > 0
    assert plan.inputs["prices"]["series"] == "Day ahead"
    assert plan.inputs["prices"]["per_kwh"][0] == 0.4


def test_the_prices_of_others_are_refused(other_world: World, series: PriceSeries) -> None:
    with pytest.raises(ValidationError, match="belongs to another organisation"):
        policy_set(other_world.site, SYSTEM, price_series=series)
