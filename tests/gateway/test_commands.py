"""Commands over a real socket: one at a time, each once, and an honest end whatever the charger does."""

import json
import time
from collections.abc import Callable
from typing import Any

import pytest

from chargers.choices import CommandEffect, CommandState
from chargers.models import ChargingStation, Command, MessageExchange, StationConnection
from chargers.services.commands.life import commands_sweep
from chargers.services.commands.send import InvalidCommand, command_cancel, command_send, command_wait
from cpms.core import clock
from cpms.core.actors import SYSTEM
from tests.worlds import World

from .charger import VERSION_201, Charger, fresh, registered
from .process import Gateway, eventually, free_port

SECRET = "CANARY-secret-key-0123"


@pytest.fixture
def station(gateway: Gateway, world: World) -> ChargingStation:
    return registered(world, fresh("CP"))


@pytest.fixture
def charger(gateway: Gateway, station: ChargingStation) -> Charger:
    return Charger(gateway, station.identity).boot()


def send(
    station: ChargingStation, action: str = "ClearCache", timeout_s: int = 20, **payload: Any
) -> Command:
    return command_send(station, action, payload, SYSTEM, timeout_s=timeout_s)


def ended(command: Command, state: CommandState, within_s: float = 5.0) -> Command:
    """The command in this final state."""
    final = command_wait(command.public_id, within_s)
    assert final.state == state, final.error_description
    command.refresh_from_db()
    return command


def test_a_command_goes_out_and_its_answer_comes_back(station: ChargingStation, charger: Charger) -> None:
    command = send(station, "Reset", type="Soft")
    frame = charger.command()
    assert frame[1:] == [command.message_id, "Reset", {"type": "Soft"}]
    charger.answer(frame, {"status": "Accepted"})
    ended(command, CommandState.ACCEPTED)
    assert command.effect == CommandEffect.PENDING
    charger.boot()
    eventually(lambda: Command.objects.get().effect == CommandEffect.SEEN)
    assert MessageExchange.objects.filter(direction="out", action="Reset", outcome="result").count() == 1


def test_an_answer_with_which_the_charger_leaves_counts(station: ChargingStation, charger: Charger) -> None:
    """A charger answers Reset and is gone. Seen failing with the session's work cancelled when its socket ends."""
    command = send(station, "Reset", type="Hard")
    charger.answer(charger.command(), {"status": "Accepted"})
    charger.close()
    ended(command, CommandState.ACCEPTED)


def test_only_one_of_our_calls_is_unanswered(station: ChargingStation, charger: Charger) -> None:
    """Seen failing with `_command` not looked at in `Calls._run` (invariant 19)."""
    commands = [send(station) for _ in range(3)]
    for command in commands:
        frame = charger.command()
        assert frame[1] == command.message_id
        assert charger.silent()
        charger.answer(frame, {"status": "Accepted"})
    ended(commands[-1], CommandState.ACCEPTED)


def test_a_charger_is_served_while_our_call_waits(station: ChargingStation, charger: Charger) -> None:
    """Many chargers answer a CALL only after they got their own answer."""
    command = send(station)
    frame = charger.command()
    assert charger.call("Heartbeat", {})
    charger.status("Available")
    charger.answer(frame, {"status": "Accepted"})
    ended(command, CommandState.ACCEPTED)


def test_nothing_is_sent_before_the_boot_is_answered(gateway: Gateway, station: ChargingStation) -> None:
    """Seen failing with `may_be_asked` returning True."""
    Charger(gateway, station.identity).close()
    eventually(lambda: not StationConnection.objects.get(station=station).is_open)
    command = send(station)
    charger = Charger(gateway, station.identity)
    assert charger.silent(1.2)
    charger.boot()
    charger.answer(charger.command(), {"status": "Accepted"})
    ended(command, CommandState.ACCEPTED)


def test_a_station_that_does_not_boot_again_is_asked_after_a_while(
    gateway: Gateway, station: ChargingStation, charger: Charger
) -> None:
    back = Charger(gateway, station.identity)
    command = send(station)
    assert back.silent(1.0)
    back.answer(back.command(6), {"status": "Accepted"})
    ended(command, CommandState.ACCEPTED)


def test_no_answer_is_a_time_out_and_the_next_command_goes_out(
    station: ChargingStation, charger: Charger
) -> None:
    first, second = send(station, timeout_s=1), send(station)
    unanswered = charger.command()
    frame = charger.command()
    ended(first, CommandState.TIMED_OUT)
    charger.answer(frame, {"status": "Accepted"})
    ended(second, CommandState.ACCEPTED)
    charger.answer(unanswered, {"status": "Accepted"})
    eventually(lambda: Command.objects.get(pk=first.pk).late)
    assert Command.objects.get(pk=first.pk).state == CommandState.TIMED_OUT


def test_a_charger_that_never_answers_is_hung_up_on(station: ChargingStation, charger: Charger) -> None:
    commands = [send(station, timeout_s=1) for _ in range(3)]
    for _ in commands:
        charger.command()
    assert charger.close_code() == 4003
    for command in commands:
        ended(command, CommandState.TIMED_OUT)


ANSWERS: list[tuple[Callable[[Any], str], CommandState, str]] = [
    (lambda i: json.dumps([3, i, {"status": "Rejected"}]), CommandState.REJECTED, ""),
    (lambda i: json.dumps([4, i, "NotSupported", "no", {}]), CommandState.CALLERROR, "NotSupported"),
    (lambda i: json.dumps([4, i, "GenericError"]), CommandState.CALLERROR, "GenericError"),
    (lambda i: json.dumps([4, i, "x" * 9000, "y" * 9000, {"z": "z" * 9000}]), CommandState.CALLERROR, ""),
    (lambda i: json.dumps([3, i, {"status": "Nonsense"}]), CommandState.CALLERROR, "InvalidAnswer"),
    (lambda i: json.dumps([3, i, {}]), CommandState.CALLERROR, "InvalidAnswer"),
    (lambda i: json.dumps([3, i, None]), CommandState.CALLERROR, "InvalidAnswer"),
    (
        lambda i: f'[3,"{i}",{{"status":"Accepted","status":"Rejected"}}]',
        CommandState.CALLERROR,
        "InvalidAnswer",
    ),
]


@pytest.mark.parametrize(("reply", "state", "code"), ANSWERS)
def test_every_answer_ends_the_command(
    station: ChargingStation, charger: Charger, reply: Callable[[Any], str], state: CommandState, code: str
) -> None:
    """B45, B46: an answer that breaks its schema is never success (invariant 18)."""
    command = send(station)
    charger.send(reply(charger.command()[1]))
    ended(command, state)
    assert code in command.error_code
    assert len(command.error_description) <= 255
    assert charger.call("Heartbeat", {})


def test_an_answer_with_another_id_is_none(station: ChargingStation, charger: Charger) -> None:
    """F39."""
    command = send(station, timeout_s=1)
    charger.command()
    charger.send('[3,"somebody-elses",{"status":"Accepted"}]')
    ended(command, CommandState.TIMED_OUT)


def test_an_answer_from_another_charger_is_none(
    gateway: Gateway, world: World, station: ChargingStation, charger: Charger
) -> None:
    """Invariant 18: only the owning socket can answer."""
    command = send(station, timeout_s=1)
    frame = charger.command()
    other = Charger(gateway, registered(world, fresh("CP")).identity).boot()
    other.answer(frame, {"status": "Accepted"})
    ended(command, CommandState.TIMED_OUT)


def test_a_command_to_an_absent_station_waits_for_it(
    gateway: Gateway, station: ChargingStation, charger: Charger
) -> None:
    charger.close()
    command = send(station)
    back = Charger(gateway, station.identity).boot()
    back.answer(back.command(), {"status": "Accepted"})
    ended(command, CommandState.ACCEPTED)


def test_a_cancelled_command_is_never_sent(
    gateway: Gateway, station: ChargingStation, charger: Charger
) -> None:
    charger.close()
    eventually(lambda: not StationConnection.objects.get(station=station).is_open)
    command_cancel(send(station), SYSTEM)
    assert Charger(gateway, station.identity).boot().silent(1.3)


def test_a_station_that_speaks_another_version_now_is_not_sent_the_old_words(
    gateway: Gateway, station: ChargingStation, charger: Charger
) -> None:
    charger.close()
    command = send(station, "Reset", type="Soft")
    modern = Charger(gateway, station.identity, version=VERSION_201).boot_201()
    ended(command, CommandState.REJECTED)
    assert modern.silent()
    with pytest.raises(InvalidCommand):
        send(station, "Reset", type="Soft")
    assert send(station, "Reset", type="OnIdle").state == CommandState.QUEUED


def test_a_command_in_the_words_of_2x(gateway: Gateway, world: World) -> None:
    station = registered(world, fresh("CP"))
    charger = Charger(gateway, station.identity, version=VERSION_201).boot_201()
    command = send(station, "RequestStopTransaction", transactionId="TX-9")
    frame = charger.command()
    assert frame[2:] == ["RequestStopTransaction", {"transactionId": "TX-9"}]
    charger.answer(frame, {"status": "Accepted"})
    ended(command, CommandState.ACCEPTED)


def test_a_setting_is_changed_and_read_back(station: ChargingStation, charger: Charger) -> None:
    command = send(station, "ChangeConfiguration", key="HeartbeatInterval", value="60")
    charger.answer(charger.command(), {"status": "Accepted"})
    frame = charger.command()
    assert frame[2:] == ["GetConfiguration", {"key": ["HeartbeatInterval"]}]
    read = {"key": "HeartbeatInterval", "readonly": False, "value": "60"}
    charger.answer(frame, {"configurationKey": [read]})
    eventually(lambda: Command.objects.get(pk=command.pk).effect == CommandEffect.SEEN)


def test_a_new_password_reaches_the_charger_and_nothing_else(
    gateway: Gateway, station: ChargingStation, charger: Charger
) -> None:
    """Seen failing with `redact` left out of `Calls._request` (invariant 33)."""
    command = send(station, "ChangeConfiguration", key="AuthorizationKey", value=SECRET)
    frame = charger.command()
    assert frame[3]["value"] == SECRET
    charger.answer(frame, {"status": "Accepted"})
    ended(command, CommandState.ACCEPTED)
    assert charger.close_code() == 4004, "a secret is not read back: the charger comes back with it"
    assert SECRET not in repr([*Command.objects.values(), *MessageExchange.objects.values()])
    assert SECRET not in gateway.log()


def test_a_triggered_message_is_seen(station: ChargingStation, charger: Charger) -> None:
    command = send(station, "TriggerMessage", requestedMessage="Heartbeat")
    charger.answer(charger.command(), {"status": "Accepted"})
    ended(command, CommandState.ACCEPTED)
    charger.call("Heartbeat", {})
    eventually(lambda: Command.objects.get(pk=command.pk).effect == CommandEffect.SEEN)


def test_a_command_is_on_the_wire_at_once(station: ChargingStation, charger: Charger) -> None:
    """The wake-up over Redis works: the sweep alone would take up to a second."""
    delays = []
    for _ in range(5):
        started = time.monotonic()
        send(station)
        frame = charger.command()
        delays.append(time.monotonic() - started)
        charger.answer(frame, {"status": "Accepted"})
        time.sleep(0.05)
    assert sorted(delays)[2] < 0.3


def test_a_command_on_the_wire_of_a_killed_process_is_unknown_and_not_repeated(
    world: World, db: None, tmp_path: Any
) -> None:
    """F37. Seen failing with sent commands put back into the queue by the sweep."""
    station = registered(world, fresh("CP"))
    doomed = Gateway(free_port(), tmp_path).start()
    charger = Charger(doomed, station.identity).boot()
    command = send(station, "Reset", type="Soft")
    charger.command()
    doomed.kill()
    successor = Gateway(free_port(), tmp_path).start()
    try:
        back = Charger(successor, station.identity).boot()
        assert commands_sweep() == 1
        assert back.silent(1.3)
        command.refresh_from_db()
        assert (command.state, command.effect) == (CommandState.UNKNOWN, CommandEffect.NONE)
    finally:
        successor.stop()


def test_a_command_that_expires_while_its_station_is_away_is_not_sent(
    gateway: Gateway, station: ChargingStation, charger: Charger
) -> None:
    charger.close()
    command = send(station)
    Command.objects.update(expires_at=clock.now())
    assert Charger(gateway, station.identity).boot().silent(1.3)
    ended(command, CommandState.EXPIRED)
