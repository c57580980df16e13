"""Chargers with wrong clocks and meters, lost ends, late and wrong answers, promises not kept, and very old sockets."""

import contextlib
import json
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.conf import settings

from chargers.choices import CommandEffect, CommandState, ConnectorStatus, TransactionState
from chargers.models import ChargingStation, Command, Connector, MeterValue, StationConnection, Transaction
from chargers.services.commands import effects
from chargers.services.commands.life import commands_sweep
from chargers.services.commands.send import command_send
from chargers.services.transactions.stale import stale_transactions_close
from chargers.story import story
from cpms.core import clock
from cpms.core.actors import SYSTEM
from tests.conftest import Events
from tests.gateway.charger import VERSION_16, Charger, fresh, registered
from tests.gateway.process import Gateway, database_url, eventually, free_port
from tests.worlds import World

from .charges import Charge
from .conftest import Launch, final_state
from .proxy import FaultProxy

pytestmark = pytest.mark.fault
NAMES = ("DATABASE_URL", "REDIS_URL")


@pytest.fixture
def station(survivor: Gateway, world: World) -> ChargingStation:
    _ = world.tag
    return registered(world, fresh("ODD"))


@pytest.fixture
def charger(survivor: Gateway, station: ChargingStation) -> Charger:
    return Charger(survivor, station.identity).boot()


def wire_time(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


def test_f33_a_stop_that_never_comes_is_inferred_and_corrected_by_a_late_one(
    station: ChargingStation, charger: Charger
) -> None:
    """Invariants 5, 6 and 12. Seen failing with a late stop that leaves an inferred end as it was."""
    charge = Charge(VERSION_16, "OURS-CARD")
    charge.tell(charger, 0)
    charge.tell(charger, 1)
    charger.status(ConnectorStatus.AVAILABLE)
    assert stale_transactions_close() == 0, "the stop may still be in its queue"
    horizon = timedelta(seconds=settings.OCPP["QUEUE_HORIZON"] + 60)
    Connector.objects.update(status_received_at=clock.now() - horizon / 2)
    StationConnection.objects.update(opened_at=clock.now() - horizon)
    assert stale_transactions_close(clock.now() + horizon) == 1
    held = Transaction.objects.get()
    assert held.state not in (TransactionState.ENDED, TransactionState.CHARGING)
    assert held.energy_wh in (None, 1000), "no more than the last reading says"
    charge.tell(charger, 2)
    charge.check()


CLOCKS: dict[str, Callable[[datetime], datetime]] = {
    "never set": lambda now: datetime(1970, 1, 1, 0, 0, 7, tzinfo=UTC),
    "far ahead": lambda now: datetime(2099, 12, 31, 23, 59, 59, tzinfo=UTC),
    "two hours slow": lambda now: now - timedelta(hours=2),
    "a day fast": lambda now: now + timedelta(days=1),
}


@pytest.mark.parametrize("clock_shows", CLOCKS)
def test_f34_a_wrong_clock_costs_nobody_a_watt_hour(charger: Charger, clock_shows: str) -> None:
    """Invariant 5. Seen failing with the station's time believed whatever it says: started in 2099."""
    began = CLOCKS[clock_shows](datetime.now(UTC))
    started = charger.start("OURS-CARD", meter_wh=1000, timestamp=wire_time(began))
    charger.stop(started["transactionId"], 3000, timestamp=wire_time(began + timedelta(minutes=5)))
    row = Transaction.objects.get()
    assert (row.state, row.energy_wh) == (TransactionState.ENDED, 2000)
    assert row.ended_at is not None
    assert row.started_at <= row.ended_at
    assert abs(row.started_at - clock.now()) < timedelta(hours=3)
    assert ("clock_error" in row.flags) == (clock_shows != "two hours slow")


def test_f34_a_clock_that_jumps_back_during_a_charge_is_told_to_a_person(charger: Charger) -> None:
    now = datetime.now(UTC)
    started = charger.start("OURS-CARD", meter_wh=1000, timestamp=wire_time(now))
    charger.stop(started["transactionId"], 3000, timestamp=wire_time(now - timedelta(hours=1)))
    row = Transaction.objects.get()
    assert (row.state, row.energy_wh) == (TransactionState.ENDED, 2000)
    assert "ends_before_start" in row.flags


METERS = {"reset": (50_000, 120), "rolled over": (999_990, 10), "replaced": (7_000_000, 0)}


@pytest.mark.parametrize("what", METERS)
def test_f36_a_meter_that_goes_down_bills_nothing_negative(charger: Charger, what: str) -> None:
    """Invariant 11."""
    before_wh, after_wh = METERS[what]
    began = wire_time(datetime.now(UTC) - timedelta(seconds=30))
    number = charger.start("OURS-CARD", meter_wh=before_wh, timestamp=began)["transactionId"]
    for seconds_ago, register_wh in ((20, before_wh + 5), (10, after_wh)):
        at = wire_time(datetime.now(UTC) - timedelta(seconds=seconds_ago))
        value = [{"timestamp": at, "sampledValue": [{"value": str(register_wh)}]}]
        charger.call("MeterValues", {"connectorId": 1, "transactionId": number, "meterValue": value})
    assert charger.stop(number, after_wh) == {}
    row = Transaction.objects.get()
    assert row.state == TransactionState.ENDED
    assert row.energy_wh is None or row.energy_wh >= 0
    assert row.flags, "a person is told"
    assert MeterValue.objects.filter(energy_wh__lt=0).count() == 0


def sent(station: ChargingStation, action: str = "ClearCache", timeout_s: int = 1, **payload: Any) -> Command:
    return command_send(station, action, payload, SYSTEM, timeout_s=timeout_s)


def test_f38_an_answer_after_its_time_out_is_kept_and_changes_nothing(
    station: ChargingStation, charger: Charger
) -> None:
    """Invariant 18. Seen failing with a late answer that is applied like any other."""
    command = sent(station, "Reset", type="Soft")
    frame = charger.command()
    assert final_state(command) == CommandState.TIMED_OUT
    charger.answer(frame, {"status": "Accepted"})
    eventually(lambda: Command.objects.get(pk=command.pk).late)
    command.refresh_from_db()
    assert (command.state, command.effect) == (CommandState.TIMED_OUT, CommandEffect.NONE)
    assert command.result == {"status": "Accepted"}


WRONG = {
    "another id": lambda frame: [3, "somebody-elses", {"status": "Accepted"}],
    "no payload": lambda frame: [3, frame[1]],
    "a list": lambda frame: [3, frame[1], ["Accepted"]],
    "an unknown status": lambda frame: [3, frame[1], {"status": "Perhaps"}],
    "an error": lambda frame: [4, frame[1], "InternalError", "", {}],
}


@pytest.mark.parametrize("what", WRONG)
def test_f39_a_wrong_answer_is_never_taken_for_yes(
    station: ChargingStation, charger: Charger, what: str
) -> None:
    """Invariants 16 and 18. Seen failing with the answer's status compared without its schema."""
    command = sent(station)
    charger.send(json.dumps(WRONG[what](charger.command())))
    state = final_state(command)
    assert state in (CommandState.TIMED_OUT, CommandState.CALLERROR)
    following = sent(station, timeout_s=10)
    charger.answer(charger.command(), {"status": "Accepted"})
    assert final_state(following) == CommandState.ACCEPTED


def test_f40_a_remote_start_that_was_promised_and_not_kept_says_so(
    station: ChargingStation, charger: Charger, events: Events
) -> None:
    """Seen failing without `effects.sweep`: it stayed "accepted" for ever."""
    command = sent(station, "RemoteStartTransaction", timeout_s=10, connectorId=1, idTag="OURS-CARD")
    charger.answer(charger.command(), {"status": "Accepted"})
    assert final_state(command) == CommandState.ACCEPTED
    eventually(lambda: Command.objects.get().effect == CommandEffect.PENDING)
    effects.sweep(clock.now() + timedelta(seconds=10))
    command.refresh_from_db()
    assert (command.state, command.effect) == (CommandState.ACCEPTED, CommandEffect.NOT_SEEN)
    assert story(command, online=True).sentence == (
        "Accepted by the station, but charging did not start within 5 s, and the station has reported nothing since."
    )
    assert events.of("command.effect")


def test_f40_a_card_we_refuse_and_a_car_that_waits_are_told_as_such(
    station: ChargingStation, charger: Charger
) -> None:
    """A missing car is blamed for neither."""
    sentences = []
    for uid in ("NOBODYS-CARD", "OURS-CARD"):
        charger.status(ConnectorStatus.PREPARING)
        command = sent(station, "RemoteStartTransaction", timeout_s=10, connectorId=1, idTag=uid)
        charger.answer(charger.command(), {"status": "Accepted"})
        assert final_state(command) == CommandState.ACCEPTED
        charger.call("Authorize", {"idTag": uid})
        effects.sweep(clock.now() + timedelta(seconds=10))
        command.refresh_from_db()
        sentences.append(story(command, online=True).sentence)
    assert sentences[0] == "Accepted by the station, but we refused the card: no such ID tag."
    assert "connector 1 reported Preparing all the time: a car is plugged in" in sentences[1]


def test_f55_a_socket_older_than_everything_it_rests_on_still_gets_commands(
    launch: Launch, survivor: Gateway, station: ChargingStation
) -> None:
    """What ends within a day or so ends now: Redis drops its subscribers, PostgreSQL its sessions; then it is quiet.

    Seen failing with a mailbox that does not subscribe again and no sweep.
    """
    urls = (database_url(), settings.REDIS_URL)
    with contextlib.ExitStack() as stack:
        wires = [stack.enter_context(in_front_of(url)) for url in urls]
        away = {name: through(url, wire.port) for name, url, wire in zip(NAMES, urls, wires, strict=True)}
        an_old_socket(launch(OCPP_PING_INTERVAL=1, **away), station, wires)


def an_old_socket(gateway: Gateway, station: ChargingStation, wires: list[FaultProxy]) -> None:
    charger = Charger(gateway, station.identity).boot()
    StationConnection.objects.update(opened_at=clock.now() - timedelta(days=3))
    for wire in wires:
        wire.reset()
    time.sleep(3)
    assert commands_sweep() == 0
    begun = time.monotonic()
    command = sent(station, timeout_s=10)
    charger.answer(charger.command(), {"status": "Accepted"})
    assert time.monotonic() - begun < 2.5
    assert final_state(command) == CommandState.ACCEPTED
    assert StationConnection.objects.get(station=station).epoch == 1


def in_front_of(url: str) -> FaultProxy:
    parts = urlsplit(url)
    return FaultProxy(free_port(), (parts.hostname or "", parts.port or 0))


def through(url: str, port: int) -> str:
    """The same server, by way of the proxy."""
    parts = urlsplit(url)
    return url.replace(f"@{parts.hostname}:{parts.port}", f"@127.0.0.1:{port}")
