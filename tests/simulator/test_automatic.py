"""Stations that live by themselves, and fleets of them."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import pytest

from chargers.simulator import Clock, Ledger, Options, SimulatedStation
from chargers.simulator.clock import StoppedClock
from chargers.simulator.demo.resume import Standing, backfill, pick_up, put_down
from chargers.simulator.driver import Mix, go_offline
from chargers.simulator.fleet import Credential, Fleet, Plan, Undelivered
from chargers.simulator.ledger import read
from chargers.simulator.visits import Visit

from .csms import Csms

QUICK = Options(automatic=True, reconnect_min_s=0.02, reconnect_max_s=0.1, reboot_s=0.01, retry_wait_s=0.01)
HOUR = timedelta(hours=1)


def automatic(csms: Csms, **more: object) -> SimulatedStation:
    return SimulatedStation(csms.url, "CP-1", "secret", options=QUICK, **more)  # type: ignore[arg-type]


async def test_an_automatic_station_boots_and_reports_by_itself(csms: Csms) -> None:
    async with automatic(csms, evses=2):
        await csms.heard("StatusNotification", 2)
    assert [action for action, _, _ in csms.calls][:3] == [
        "BootNotification",
        "StatusNotification",
        "StatusNotification",
    ]


async def test_it_comes_back_without_another_boot(csms: Csms) -> None:
    async with automatic(csms):
        await csms.heard("StatusNotification")
        await csms.sockets[-1].close(1012)
        await csms.heard("StatusNotification", 2)
    assert len(csms.payloads("BootNotification")) == 1


async def test_it_boots_again_after_a_reset(csms: Csms) -> None:
    async with automatic(csms):
        await csms.heard("StatusNotification")
        await csms.ask("Reset", {"type": "Hard"})
        await csms.heard("BootNotification", 2)


async def test_it_keeps_calling_while_the_server_refuses(csms: Csms) -> None:
    csms.refuse_with = 503
    async with automatic(csms):
        await asyncio.sleep(0.2)
        assert csms.sockets == []
        csms.refuse_with = None
        await csms.heard("BootNotification")


async def test_it_charges_on_while_it_is_offline(csms: Csms) -> None:
    clock = Clock(speed=36_000)
    async with automatic(csms, clock=clock) as station:
        await csms.heard("StatusNotification")
        await station.plug()
        await station.swipe("TAG-001")
        await csms.heard("StartTransaction")
        await go_offline(station, 1_800)
        await station.stop()
        await csms.heard("StopTransaction")
    stop = csms.payloads("StopTransaction")[0]
    assert stop["meterStop"] > 3_000
    assert len(csms.sockets) >= 2


async def test_meter_values_come_with_the_simulated_time(csms: Csms) -> None:
    async with automatic(csms, clock=Clock(speed=3_600)) as station:
        await station.plug()
        await station.swipe("TAG-001")
        await csms.heard("MeterValues", 3)
    registers = [value["meterValue"][0]["sampledValue"][0]["value"] for value in csms.payloads("MeterValues")]
    assert [int(wh) for wh in registers] == sorted(int(wh) for wh in registers)
    assert int(registers[-1]) > 0


def fleet_plan(csms: Csms, versions: Sequence[str], **more: object) -> Plan:
    credentials = [Credential(f"CP-{n}", "secret", version) for n, version in enumerate(versions)]
    clock = Clock(speed=3_600)
    return Plan(csms.url, credentials, ["T-0", "T-1"], clock=clock, options=QUICK, pace_s=600, **more)  # type: ignore[arg-type]


async def test_a_fleet_ends_every_charge_it_began(csms: Csms, tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "ledger")
    plan = fleet_plan(csms, ["1.6", "2.0.1"], mix=Mix(offline=0.3, ground=0.3, duplicates=0.3))
    async with Fleet(plan, ledger) as fleet:
        await csms.heard("StopTransaction", 2)
        await fleet.wind_down(5)
        assert fleet.queued == 0
    charges, _ = read(ledger.path)
    assert charges
    assert all(charge.meter_stop_wh is not None for charge in charges)
    started = {str(payload) for payload in csms.payloads("StartTransaction")}
    assert len(started) == sum(charge.station == "CP-0" for charge in charges)


async def test_a_fleet_says_what_it_could_not_deliver(csms: Csms, tmp_path: Path) -> None:
    csms.answers["StartTransaction"] = "error"
    async with Fleet(fleet_plan(csms, ["1.6"]), Ledger(tmp_path / "ledger")) as fleet:
        await csms.heard("StartTransaction")
        with pytest.raises(Undelivered, match="were not answered within"):
            await fleet.wind_down(0.2)


def test_the_same_seed_makes_the_same_stations(csms: Csms, tmp_path: Path) -> None:
    plan = fleet_plan(csms, ["1.6", "2.0.1", "1.6"], mix=Mix(clocks=0.5))
    first, second = (Fleet(plan, Ledger(tmp_path / "ledger")).stations for _ in range(2))
    assert [(s.facts, s.options) for s in first] == [(s.facts, s.options) for s in second]


async def test_a_visit_that_began_before_is_told_with_its_own_times(csms: Csms) -> None:
    now = datetime.now(UTC)
    visit = Visit("CA-1", now - HOUR, now + HOUR, 9_000, "AB")
    async with automatic(csms, rng=Random(1)) as station:
        backfill(station, [(visit, "CARD")], now)
        start = await csms.heard("StartTransaction")
        await csms.heard("MeterValues", 10)
    assert datetime.fromisoformat(start["timestamp"]) == visit.plug_in.replace(
        microsecond=visit.plug_in.microsecond // 1000 * 1000
    )
    last = csms.payloads("MeterValues")[9]["meterValue"][0]["sampledValue"]
    assert {sample["phase"] for sample in last if "phase" in sample} == {"L1", "L1-L2"}


async def test_what_was_not_delivered_is_delivered_after_a_restart(csms: Csms) -> None:
    async with automatic(csms) as before:
        await csms.heard("StatusNotification")
        await before.plug()
        await before.swipe("TAG-001")
        await csms.heard("StartTransaction")
        await before.drained()
        before.reachable.clear()
        before.drop()
        await before.wait_closed()
        before.draw(700)
        before.cut_power()
        kept = put_down(before)
    async with automatic(csms) as after:
        pick_up(after, Standing(kept["register_wh"], waiting=kept["waiting"]))
        stop = await csms.heard("StopTransaction")
        assert after.outlets[1].meter.register_wh >= 700
    assert (stop["transactionId"], stop["reason"]) == (1001, "PowerLoss")


def test_a_clock_that_ends_now_starts_in_the_past() -> None:
    clock = Clock.ending_now(60, 40)
    behind_s = (datetime.now(UTC) - clock.now()).total_seconds()
    assert behind_s == pytest.approx(40 * 59, abs=5)


def test_a_stopped_clock_stands() -> None:
    moment = datetime(2026, 1, 1, tzinfo=UTC)
    assert StoppedClock(moment).now() == moment


@pytest.mark.parametrize("speed", [0, -1])
def test_time_does_not_stand_or_run_backwards(speed: float) -> None:
    with pytest.raises(ValueError, match="speed"):
        Clock(speed)
