"""What a car says over ISO 15118 becomes the need of its session, from the wire on."""

from datetime import timedelta
from typing import Any

import pytest

from chargers.models import MeterValue, StationConnection, Transaction
from chargers.ocpp.adapters import ADAPTERS
from chargers.ocpp.rpc import Version
from chargers.ocpp.schemas import is_valid
from chargers.ocpp.values import format_time
from chargers.services.reports import report_take
from chargers.services.source import Source
from cpms.core import clock
from smartcharging.inputs.needs.saying import need_of
from tests.worlds import World

pytestmark = pytest.mark.django_db
ACTION = "NotifyEVChargingNeeds"
ADAPTER = ADAPTERS[Version.V201]


def said(world: World, needs: dict[str, Any], evse: int = 1) -> str:
    """What the station is answered to a car's needs."""
    payload = {"evseId": evse, "chargingNeeds": {"requestedEnergyTransfer": "DC", **needs}}
    assert is_valid(Version.V201, ACTION, "request", payload)
    report = ADAPTER.inbound(ACTION, payload, "1")
    epoch = StationConnection.objects.get(station=world.station).epoch
    station = world.station
    source = Source(station.pk, station.public_id, station.organisation_id, epoch, clock.now())
    reply = ADAPTER.reply(ACTION, report, report_take(source, report))
    assert is_valid(Version.V201, ACTION, "response", reply)
    return str(reply["status"])


@pytest.fixture
def session(world: World) -> Transaction:
    """2 kWh were delivered so far."""
    row, now = world.transaction, clock.now()
    Transaction.objects.filter(pk=row.pk).update(meter_start_wh=1_000)
    MeterValue.objects.create(
        station=row.station, transaction=row, evse_no=1, taken_at=now, received_at=now, energy_wh=3_000, digest=5,
    )  # fmt: skip
    row.refresh_from_db()
    return row


def ac(energy_wh: int) -> dict[str, Any]:
    return {
        "acChargingParameters": {
            "energyAmount": energy_wh, "evMinCurrent": 6, "evMaxCurrent": 16, "evMaxVoltage": 230,
        }
    }  # fmt: skip


def test_energy_and_departure_of_the_car_are_the_most_trusted(world: World, session: Transaction) -> None:
    departs_at = (clock.now() + timedelta(hours=3)).replace(microsecond=0)
    assert said(world, ac(20_000) | {"departureTime": format_time(departs_at)}) == "Accepted"
    wanted = need_of(session, clock.now())
    assert (wanted.energy_wh, wanted.departs_at) == (22_000, departs_at)
    assert wanted.sources["energy_wh"] == "car"


def test_a_car_at_direct_current_may_say_its_battery(world: World, session: Transaction) -> None:
    battery = {"evMaxCurrent": 200, "evMaxVoltage": 500, "evEnergyCapacity": 60_000, "stateOfCharge": 30}
    assert said(world, {"dcChargingParameters": battery | {"fullSoC": 80}}) == "Accepted"
    assert need_of(session, clock.now()).energy_wh == 32_000


def test_a_departure_that_is_over_says_nothing(world: World, session: Transaction) -> None:
    """Cars with a wrong clock still say how much they need."""
    over = format_time(clock.now() - timedelta(hours=1))
    assert said(world, ac(5_000) | {"departureTime": over}) == "Accepted"
    wanted = need_of(session, clock.now())
    assert (wanted.energy_wh, wanted.departs_at) == (7_000, None)


def test_needs_without_a_session_are_refused(world: World, session: Transaction) -> None:
    assert said(world, ac(5_000), evse=2) == "Rejected"
    assert need_of(session, clock.now()).energy_wh is None
