"""Cars, meters and outlets: what flows, and when it stops."""

import pytest

from chargers.simulator import Car
from chargers.simulator.car import LINE_PAIRS, ONE_PHASE
from chargers.simulator.meter import Meter
from chargers.simulator.outlet import Outlet, Session, Status
from chargers.simulator.visits import recorded


def outlet_with(car: Car) -> Outlet:
    outlet = Outlet(1, max_power_w=22_000)
    outlet.plug(car)
    outlet.session = Session("key", 1, "TAG", recorded()[0].plug_in, 0)
    return outlet


def test_an_hour_at_eleven_kilowatts_is_eleven_kilowatt_hours() -> None:
    outlet = outlet_with(Car(battery_wh=77_000, soc_percent=20, max_power_w=11_000))
    outlet.flow(3600)
    assert outlet.meter.register_wh in (10_999, 11_000)


def test_power_falls_towards_the_full_battery() -> None:
    powers = [Car(soc_percent=soc).power_w(22_000) for soc in (50, 80, 85, 90, 99)]
    assert powers[0] == powers[1] == 11_000
    assert powers[1:] == sorted(powers[1:], reverse=True)
    assert powers[-1] > 0


@pytest.mark.parametrize("car", [Car(soc_percent=98), Car(wanted_wh=1_000)])
def test_a_car_takes_no_more_than_it_wants_and_then_pauses(car: Car) -> None:
    outlet = outlet_with(car)
    outlet.flow(8 * 3600)
    assert outlet.meter.register_wh == pytest.approx(min(1_200, car.wanted_wh or 1_200), abs=1)
    assert (outlet.power_w, outlet.status) == (0, Status.SUSPENDED_EV)
    assert car.soc_percent <= 100


def test_a_thin_cable_limits_the_power() -> None:
    assert Car(wires=ONE_PHASE, max_power_w=11_000).power_w(22_000) == 32 * 230
    pair = Car(wires=LINE_PAIRS["AB"], voltage_v=208, max_current_a=40, max_power_w=11_000)
    assert pair.power_w(22_000) == 40 * 208


def test_nothing_flows_without_a_session_or_with_a_fault() -> None:
    outlet = outlet_with(Car())
    outlet.fault = "GroundFailure"
    outlet.flow(3600)
    outlet.fault, outlet.session = "", None
    outlet.flow(3600)
    assert outlet.meter.register_wh == 0


def test_a_meter_keeps_parts_of_a_watt_hour() -> None:
    meter = Meter()
    for _ in range(10):
        meter.count(0.25)
    assert meter.register_wh == 2


def test_a_meter_does_not_run_backwards() -> None:
    with pytest.raises(ValueError, match="backwards"):
        Meter().count(-1)


def test_a_second_cable_finds_the_outlet_taken() -> None:
    with pytest.raises(ValueError, match="outlet 1 is taken"):
        outlet_with(Car()).plug(Car())
