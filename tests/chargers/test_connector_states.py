"""A 2.x station says "Occupied" and tells the rest in its transaction; the connector shows what is true."""

import pytest

from chargers.choices import ConnectorStatus
from chargers.domain import Place, TransactionReported
from chargers.models import Connector
from tests.worlds import World

from .reports import ENDED, STARTED, UPDATED, ago, report


def told(kind: str, seq_no: int, charging_state: str = "", **changes: object) -> TransactionReported:
    """A TransactionEvent of one transaction at EVSE 1."""
    values = {
        "kind": kind,
        "reference": "tx-1",
        "at": ago(minutes=10 - seq_no),
        "message_id": str(seq_no),
        "place": Place(1, 1),
        "seq_no": seq_no,
        "charging_state": charging_state,
    }
    return TransactionReported(**(values | changes))  # type: ignore[arg-type]


def status(world: World) -> str:
    return Connector.objects.get(evse__station=world.station, evse__number=1).status


def reported(world: World, status: ConnectorStatus) -> None:
    assert Connector.objects.filter(evse__station=world.station, evse__number=1).update(status=status)


@pytest.mark.parametrize(
    ("charging_state", "shown"),
    [
        ("Charging", ConnectorStatus.CHARGING),
        ("SuspendedEV", ConnectorStatus.SUSPENDED_EV),
        ("SuspendedEVSE", ConnectorStatus.SUSPENDED_EVSE),
        ("EVConnected", ConnectorStatus.PREPARING),
    ],
)
def test_an_occupied_connector_takes_the_state_of_its_transaction(
    world: World, charging_state: str, shown: ConnectorStatus
) -> None:
    """Seen failing with the call left out of `_updated`: the connector stayed Occupied."""
    reported(world, ConnectorStatus.OCCUPIED)
    report(world.station, told(STARTED, 0))
    report(world.station, told(UPDATED, 1, charging_state))
    assert status(world) == shown
    report(world.station, told(ENDED, 2))
    assert status(world) == ConnectorStatus.FINISHING


@pytest.mark.parametrize(
    "own", [ConnectorStatus.AVAILABLE, ConnectorStatus.FAULTED, ConnectorStatus.UNAVAILABLE]
)
def test_what_the_station_said_of_the_connector_itself_stands(world: World, own: ConnectorStatus) -> None:
    reported(world, own)
    report(world.station, told(STARTED, 0, "Charging"))
    assert status(world) == own


def test_what_comes_from_an_offline_time_says_nothing_of_now(world: World) -> None:
    reported(world, ConnectorStatus.OCCUPIED)
    report(world.station, told(STARTED, 0, "Charging", offline=True))
    assert status(world) == ConnectorStatus.OCCUPIED


def test_an_end_told_late_frees_the_connector_of_its_transaction(world: World) -> None:
    reported(world, ConnectorStatus.OCCUPIED)
    report(world.station, told(STARTED, 0, "Charging"))
    report(world.station, told(ENDED, 1, offline=True))
    assert status(world) == ConnectorStatus.FINISHING
