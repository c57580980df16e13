"""Accepted is not done: what a command asked for is then seen, or not."""

import uuid
from datetime import datetime, timedelta
from typing import Any

import pytest

from chargers import domain
from chargers.choices import CommandEffect, CommandState, ConnectorStatus
from chargers.models import ChargingStation, Command, Connector, MessageExchange
from chargers.ocpp.adapters import by_subprotocol
from chargers.services.commands import effects
from chargers.services.commands.end import Reply
from chargers.services.commands.life import command_answered, command_claim, command_sent
from chargers.services.commands.send import command_send
from cpms.core import clock
from cpms.core.actors import SYSTEM
from tests.conftest import Events
from tests.worlds import World

from .reports import ago, report, source_of, start, started, stop

ADAPTER = by_subprotocol("ocpp1.6")
YES = {"status": "Accepted"}


def on_the_wire(station: ChargingStation, action: str, payload: dict[str, Any]) -> Command:
    command_send(station, action, payload, SYSTEM)
    command = command_claim(source_of(station), uuid.UUID(int=1), ADAPTER)
    assert command is not None
    command_sent(command, source_of(station).epoch)
    command.refresh_from_db()
    return command


def accept(command: Command, result: dict[str, Any] = YES) -> Command:
    reply = Reply(CommandState.ACCEPTED, domain.Outcome(True, "Accepted"), result)
    command_answered(source_of(command.station), command, reply, ADAPTER)
    command.refresh_from_db()
    return command


def accepted(world: World, action: str, payload: dict[str, Any], result: dict[str, Any] = YES) -> Command:
    return accept(on_the_wire(world.station, action, payload), result)


def effect(command: Command) -> str:
    command.refresh_from_db()
    return command.effect


def just_now() -> datetime:
    """A second ago, whenever in a long run that is."""
    return clock.now() - timedelta(seconds=1)


def remote_start(world: World) -> tuple[str, dict[str, Any]]:
    return "RemoteStartTransaction", {"idTag": world.tag.uid, "connectorId": 1}


def test_a_remote_start_comes_true_with_its_transaction(world: World, events: Events) -> None:
    command = accepted(world, *remote_start(world))
    assert effect(command) == CommandEffect.PENDING
    row = report(world.station, start(world.tag.uid.lower(), just_now())).transaction
    assert effect(command) == CommandEffect.SEEN
    assert row.public_id in command.effect_note
    assert events.of("command.effect")[0].payload["effect"] == "seen"


@pytest.mark.parametrize(("uid", "evse_no"), [("OTHER", 1), ("OURS-CARD", 2)])
def test_another_start_does_not_make_a_remote_start_come_true(world: World, uid: str, evse_no: int) -> None:
    command = accepted(world, *remote_start(world))
    report(world.station, start(uid, just_now(), evse_no=evse_no))
    assert effect(command) == CommandEffect.PENDING


def test_a_start_that_came_before_its_answer_counts(world: World) -> None:
    command = on_the_wire(world.station, *remote_start(world))
    report(world.station, start(world.tag.uid, just_now()))
    assert effect(accept(command)) == CommandEffect.SEEN


def test_a_start_from_before_the_command_does_not_count(world: World) -> None:
    started(world)
    assert effect(accepted(world, *remote_start(world))) == CommandEffect.PENDING


def test_one_start_makes_one_of_two_wishes_come_true(world: World) -> None:
    first, second = accepted(world, *remote_start(world)), accepted(world, *remote_start(world))
    report(world.station, start(world.tag.uid, just_now()))
    assert (effect(first), effect(second)) == (CommandEffect.SEEN, CommandEffect.PENDING)


def test_a_remote_stop_comes_true_with_the_end(world: World) -> None:
    row = started(world)
    command = accepted(world, "RemoteStopTransaction", {"transactionId": int(row.reference)})
    report(world.station, stop("99", ago(seconds=2), 5000))
    assert effect(command) == CommandEffect.PENDING
    report(world.station, stop(row.reference, ago(seconds=1), 5000))
    assert effect(command) == CommandEffect.SEEN


def test_an_end_that_came_before_its_answer_counts(world: World) -> None:
    row = started(world)
    command = on_the_wire(world.station, "RemoteStopTransaction", {"transactionId": int(row.reference)})
    report(world.station, stop(row.reference, ago(seconds=1), 5000))
    assert effect(accept(command)) == CommandEffect.SEEN


def test_a_reset_comes_true_with_the_boot(world: World) -> None:
    command = accepted(world, "Reset", {"type": "Soft"})
    assert command.sent_at is not None
    effects.booted(world.station.pk, command.sent_at - timedelta(seconds=1))
    assert effect(command) == CommandEffect.PENDING
    effects.booted(world.station.pk, clock.now())
    assert effect(command) == CommandEffect.SEEN


@pytest.mark.parametrize(
    ("wanted", "status", "expected"),
    [
        ("Inoperative", ConnectorStatus.UNAVAILABLE, CommandEffect.SEEN),
        ("Inoperative", ConnectorStatus.AVAILABLE, CommandEffect.PENDING),
        ("Operative", ConnectorStatus.AVAILABLE, CommandEffect.SEEN),
        ("Operative", ConnectorStatus.UNAVAILABLE, CommandEffect.PENDING),
        ("Operative", ConnectorStatus.FAULTED, CommandEffect.PENDING),
    ],
)
def test_a_change_of_availability_comes_true_with_the_status(
    world: World, wanted: str, status: ConnectorStatus, expected: CommandEffect
) -> None:
    _ = world.station
    contrary = ConnectorStatus.AVAILABLE if wanted == "Inoperative" else ConnectorStatus.UNAVAILABLE
    Connector.objects.update(status=contrary)
    command = accepted(world, "ChangeAvailability", {"connectorId": 1, "type": wanted})
    effects.status_reported(world.station.pk, 2, 1, status)
    assert effect(command) == CommandEffect.PENDING, "another EVSE says nothing of this one"
    effects.status_reported(world.station.pk, 1, 1, status)
    assert effect(command) == expected


def test_a_triggered_message_counts_also_before_the_answer(world: World) -> None:
    after = accepted(world, "TriggerMessage", {"requestedMessage": "StatusNotification", "connectorId": 1})
    effects.message_received(world.station.pk, ["StatusNotification"], 2)
    effects.message_received(world.station.pk, ["MeterValues"], 1)
    assert effect(after) == CommandEffect.PENDING
    effects.message_received(world.station.pk, ["StatusNotification"], 1)
    assert effect(after) == CommandEffect.SEEN
    before = on_the_wire(world.station, "TriggerMessage", {"requestedMessage": "BootNotification"})
    MessageExchange.objects.create(
        station=world.station, epoch=1, received_at=clock.now(), direction="in", action="BootNotification",
        message_id="1", request="", outcome="result",
    )  # fmt: skip
    assert effect(accept(before)) == CommandEffect.SEEN


WRITE = ("ChangeConfiguration", {"key": "HeartbeatInterval", "value": "60"})


@pytest.mark.parametrize(
    ("read", "expected"),
    [
        ([{"key": "heartbeatinterval", "readonly": False, "value": " 60"}], CommandEffect.SEEN),
        ([{"key": "HeartbeatInterval", "readonly": False, "value": "300"}], CommandEffect.NOT_SEEN),
        ([], CommandEffect.NOT_SEEN),
    ],
)
def test_a_setting_is_read_back(world: World, read: list[dict[str, Any]], expected: CommandEffect) -> None:
    command = accepted(world, *WRITE)
    check = Command.objects.get(parent=command)
    assert (check.action, check.payload) == ("GetConfiguration", {"key": ["HeartbeatInterval"]})
    claimed = command_claim(source_of(world.station), uuid.UUID(int=1), ADAPTER)
    assert claimed == check
    command_sent(check, source_of(world.station).epoch)
    accept(check, {"configurationKey": read})
    assert effect(command) == expected


def test_a_reading_that_gets_no_answer_leaves_the_setting_unseen(world: World) -> None:
    command = accepted(world, *WRITE)
    check = command_claim(source_of(world.station), uuid.UUID(int=1), ADAPTER)
    assert check is not None
    command_sent(check, source_of(world.station).epoch)
    command_answered(source_of(world.station), check, Reply(CommandState.TIMED_OUT), ADAPTER)
    assert effect(command) == CommandEffect.NOT_SEEN


@pytest.mark.parametrize(
    "wish",
    [
        ("RemoteStartTransaction", {"idTag": "CARD"}),
        ("Reset", {"type": "Hard"}),
        ("TriggerMessage", {"requestedMessage": "Heartbeat"}),
        WRITE,
    ],
    ids=lambda wish: wish[0],
)
def test_what_does_not_come_is_not_seen_after_its_deadline(world: World, wish: Any, events: Events) -> None:
    command = accepted(world, *wish)
    assert command.effect_deadline is not None
    assert effects.sweep(command.effect_deadline) == 0
    assert effects.sweep(command.effect_deadline + timedelta(seconds=1)) == 1
    assert effect(command) == CommandEffect.NOT_SEEN
    assert effects.sweep(command.effect_deadline + timedelta(days=1)) == 0
    assert [e.payload["effect"] for e in events.of("command.effect")] == ["not_seen"]


def test_what_is_seen_after_the_deadline_stays_not_seen(world: World) -> None:
    command = accepted(world, *remote_start(world))
    effects.sweep(clock.now() + timedelta(hours=1))
    report(world.station, start(world.tag.uid, just_now()))
    assert effect(command) == CommandEffect.NOT_SEEN


@pytest.mark.parametrize(
    "wish", [("ClearCache", {}), ("DataTransfer", {"vendorId": "x"}), ("UnlockConnector", {"connectorId": 1})]
)
def test_some_commands_have_nothing_to_see(world: World, wish: Any) -> None:
    assert effect(accepted(world, *wish)) == CommandEffect.NONE


def test_meter_values_told_inside_a_transaction_fulfil_their_trigger(world: World) -> None:
    """A 2.x station answers TriggerMessage(MeterValues) with a TransactionEvent while it charges."""
    command = accepted(world, "TriggerMessage", {"requestedMessage": "MeterValues", "connectorId": 1})
    still_awaited = effects.message_received(world.station.pk, ["TransactionEvent", "MeterValues"], 1)
    assert (effect(command), still_awaited) == (CommandEffect.SEEN, False)


def test_other_messages_go_on_being_awaited(world: World) -> None:
    accepted(world, "TriggerMessage", {"requestedMessage": "MeterValues", "connectorId": 1})
    assert effects.message_received(world.station.pk, ["Heartbeat"], None)
