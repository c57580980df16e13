"""The checker finds what differs, and only that."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from chargers.choices import TransactionState
from chargers.models import ChargingStation, Transaction
from chargers.simulator import Ledger, Session
from chargers.simulator.checker import Report, check
from cpms.core import clock
from tests.worlds import World


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    return Ledger(tmp_path / "ledger.jsonl")


def happened(ledger: Ledger, identity: str, start_wh: int, stop_wh: int | None) -> None:
    """A physical charge."""
    session = Session(f"{start_wh}", 1, "TAG-001", clock.now(), start_wh)
    ledger.start(identity, session)
    if stop_wh is not None:
        session.stop_reason = "Local"
        ledger.stop(identity, session, clock.now(), stop_wh)


def stored(station: ChargingStation, number: int, start_wh: int, stop_wh: int | None, **more: object) -> None:
    """A transaction of the database."""
    began: datetime = clock.now() - timedelta(minutes=5)
    fields = {
        "organisation": station.organisation,
        "reference": str(number),
        "natural_key": str(number),
        "evse_no": 1,
        "uid": "TAG-001",
        "state": TransactionState.CHARGING if stop_wh is None else TransactionState.ENDED,
        "started_at": began,
        "start_received_at": began,
        "meter_start_wh": start_wh,
        "meter_stop_wh": stop_wh,
        "energy_wh": None if stop_wh is None else stop_wh - start_wh,
    }
    Transaction.objects.create(station=station, **(fields | more))


def compared(ledger: Ledger) -> Report:
    return check(ledger.path)


def test_the_same_charges_are_clean(world: World, ledger: Ledger) -> None:
    station = world.station
    happened(ledger, station.identity, 100, 600)
    happened(ledger, station.identity, 600, None)
    stored(station, 1, 100, 600)
    stored(station, 2, 600, None)
    report = compared(ledger)
    assert report.is_clean
    assert (report.charges, report.running, report.energy_wh) == (2, 1, 500)


def test_a_charge_without_a_transaction_is_lost(world: World, ledger: Ledger) -> None:
    happened(ledger, world.station.identity, 100, 600)
    report = compared(ledger)
    assert (len(report.lost), report.is_clean) == (1, False)


def test_a_charge_with_two_transactions_is_doubled(world: World, ledger: Ledger) -> None:
    happened(ledger, world.station.identity, 100, 600)
    stored(world.station, 1, 100, 600)
    stored(world.station, 2, 100, 600)
    report = compared(ledger)
    assert (len(report.doubled), report.is_clean) == (1, False)


def test_a_transaction_without_a_charge_is_unexplained(world: World, ledger: Ledger) -> None:
    happened(ledger, world.station.identity, 100, 600)
    stored(world.station, 1, 100, 600)
    stored(world.station, 2, 700, 800)
    report = compared(ledger)
    assert (len(report.unexplained), report.is_clean) == (1, False)


def test_other_energy_is_a_difference_in_watt_hours(world: World, ledger: Ledger) -> None:
    happened(ledger, world.station.identity, 100, 600)
    stored(world.station, 1, 100, 598)
    report = compared(ledger)
    assert (report.wh_difference, len(report.differing), report.is_clean) == (2, 1, False)


@pytest.mark.parametrize(
    "more", [{"state": TransactionState.CHARGING}, {"state": TransactionState.INFERRED_END}, {"uid": "OTHER"}]
)
def test_an_end_or_a_card_that_differs_is_told(world: World, ledger: Ledger, more: dict[str, object]) -> None:
    happened(ledger, world.station.identity, 100, 600)
    stored(world.station, 1, 100, 600, **more)
    assert len(compared(ledger).differing) == 1


def test_charges_that_took_nothing_are_counted(world: World, ledger: Ledger) -> None:
    session = Session("other", 1, "TAG-001", clock.now(), 100)
    happened(ledger, world.station.identity, 100, 100)
    ledger.start(world.station.identity, session)
    stored(world.station, 1, 100, 100)
    assert len(compared(ledger).lost) == 1


def test_a_surprise_is_never_clean(world: World, ledger: Ledger) -> None:
    ledger.surprise(world.station.identity, "transaction 1 became 2")
    report = compared(ledger)
    assert not report.is_clean
    assert "transaction 1 became 2" in report.summary()
