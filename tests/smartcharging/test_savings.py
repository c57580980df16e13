"""First come, first served plays the recorded sessions again; both bills are worked out the same way."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import numpy as np
import pytest

from billing.services.tariffs.market import prices_put, series_create
from chargers.models import MeterValue, Transaction
from cpms.core.actors import SYSTEM
from smartcharging.engine.network import Circuit, Network, Outlet
from smartcharging.savings import Prices, Recorded, recorded, savings, series_prices
from smartcharging.services.circuits import circuit_create, outlet_set, policy_set
from smartcharging.sim.sessions import Session
from tests.worlds import World

BEGIN = datetime(2026, 11, 2, 8, tzinfo=UTC)
# 16 A on three lines are 11,040 W; 20 A carry one such car, and 4 A are left, which no car can charge with.
WIRES = Network(
    (Circuit("grid", None, (20.0, 20.0, 20.0)),),
    (Outlet("early", "grid", maximum_a=16.0), Outlet("late", "grid", maximum_a=16.0)),
)
EARLY = Session("early", "early", (), "", 0, 24, 11_040.0)
LATE = Session("late", "late", (), "", 1, 13, 5_520.0)
SHARED = np.zeros((2, 24))
SHARED[0, :] = SHARED[1, 1:13] = 5_520.0
FOUND = Recorded(
    BEGIN, WIRES, (EARLY, LATE), SHARED, np.array([11_040.0, 5_520.0]), (0.0, 0.0, 0.0), unmetered=0
)


def test_who_comes_later_waits_and_leaves_short() -> None:
    """Seen failing with cars charging below their minimum."""
    told = savings(FOUND, Prices(0.5, 10.0))
    assert (told.real.short, told.first_come.short) == (0, 1)
    assert told.real.energy_wh == pytest.approx(16_560)
    assert told.first_come.energy_wh == pytest.approx(11_040 + 11_040 / 12)


def test_the_bill_is_energy_and_the_highest_five_minutes() -> None:
    told = savings(FOUND, Prices(0.5, 10.0))
    assert (told.real.energy_cost, told.real.peak_cost) == (pytest.approx(8.28), pytest.approx(110.4))
    assert told.real.bill == pytest.approx(118.68)


def test_each_kwh_costs_what_its_time_costs() -> None:
    """Twelve dear steps and twelve that nobody told of. Seen failing with the one price for all."""
    told = savings(FOUND, Prices(0.1, by_step=np.array([0.5] * 12)))
    # 11 and 1 of the later car's steps, 12 and 12 of the earlier one's, 0.46 kWh each.
    assert told.real.energy_cost == pytest.approx(0.46 * (23 * 0.5 + 13 * 0.1))
    assert savings(FOUND, Prices(0.1)).real.energy_cost == pytest.approx(1.656)


@pytest.mark.django_db
def test_the_prices_of_a_series_are_those_of_the_steps(world: World) -> None:
    """Two hours: half an hour of the first is before the span, and the third was never told."""
    series = series_create(
        world.organisation, SYSTEM, name="Day ahead", currency="EUR", time_zone="UTC", resolution_minutes=60
    )
    prices_put(series, [(BEGIN, Decimal("0.2")), (BEGIN + timedelta(hours=1), Decimal("-0.1"))], SYSTEM)
    later = replace(FOUND, begins_at=BEGIN + timedelta(minutes=30))
    found = series_prices(series, later)
    assert found[:18].tolist() == [0.2] * 6 + [-0.1] * 12
    assert np.isnan(found[18:]).all()
    assert len(found) == 24


def test_the_most_the_building_draws_is_kept_free() -> None:
    told = savings(replace(FOUND, worst_a=(10.0, 0.0, 0.0)), Prices(0.5))
    assert told.first_come.peak_w == pytest.approx(10 * 690)


def test_nothing_recorded_is_nothing_to_compare() -> None:
    nobody = replace(FOUND, sessions=(), watts=np.zeros((0, 0)), asked_wh=np.zeros(0))
    assert savings(nobody, Prices(0.5)).real == savings(nobody, Prices(0.5)).first_come


@pytest.fixture
def session(world: World) -> Transaction:
    """An hour of 6 kWh, all of it in its second half."""
    root = circuit_create(world.site, SYSTEM, name="Grid", limit_a=[63.0] * 3)
    outlet_set(world.station.evses.get(), SYSTEM, circuit=root)
    policy_set(world.site, SYSTEM, building_worst_a=[5.0, 6.0, 7.0])
    row = world.transaction
    half, end = BEGIN + timedelta(minutes=30), BEGIN + timedelta(minutes=60)
    row.started_at, row.ended_at, row.state = BEGIN, end, "ended"
    row.meter_start_wh, row.meter_stop_wh, row.energy_wh = 1_000, 7_000, 6_000
    row.save()
    MeterValue.objects.create(
        station=row.station, transaction=row, evse_no=1, taken_at=half, received_at=half, energy_wh=1_000,
        digest=1,
    )  # fmt: skip
    return row


@pytest.mark.django_db
def test_sessions_are_what_their_meters_told(world: World, session: Transaction) -> None:
    found = recorded(world.site, BEGIN - timedelta(minutes=5), BEGIN + timedelta(days=1))
    assert [one.id for one in found.sessions] == [session.public_id]
    assert found.watts.sum() / 12 == pytest.approx(6_000)
    assert found.watts[0].tolist() == [0.0] * 7 + [pytest.approx(12_000)] * 6
    assert found.worst_a == (5.0, 6.0, 7.0)
    assert found.network.outlets[0].maximum_a == pytest.approx(12_000 / 690)


@pytest.mark.django_db
def test_only_sessions_of_the_span_count(world: World, session: Transaction) -> None:
    assert not recorded(world.site, BEGIN + timedelta(minutes=1), BEGIN + timedelta(days=1)).sessions
    assert not recorded(world.site, BEGIN - timedelta(days=1), BEGIN).sessions
