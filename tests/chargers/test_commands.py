"""The life of a command: claimed by one, sent once, ended once, and what it leaves behind."""

import uuid
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from chargers import domain
from chargers.choices import CommandEffect, CommandState
from chargers.models import ChargingStation, Command, MessageExchange, StationConnection
from chargers.ocpp.adapters import by_subprotocol
from chargers.services.commands.end import Reply
from chargers.services.commands.life import (
    GRACE,
    command_answered,
    command_answered_late,
    command_claim,
    command_sent,
    commands_sweep,
    stations_with_commands,
)
from chargers.services.commands.send import (
    InvalidCommand,
    NotCancellable,
    command_cancel,
    command_request,
    command_send,
    command_wait,
)
from chargers.services.source import Fenced
from chargers.services.stations.registration import station_register
from cpms.core import clock
from cpms.core.actors import SYSTEM, Actor
from cpms.core.models import AuditLine, OutboxEvent
from tests.conftest import Events
from tests.worlds import World

from .reports import source_of

ADAPTER = by_subprotocol("ocpp1.6")
INSTANCE = uuid.UUID(int=7)
ACCEPTED = Reply(
    CommandState.ACCEPTED,
    domain.Outcome(True, "Accepted"),
    {"status": "Accepted"},
    request="[2]",
    reply="[3]",
)
SECRET = "CANARY-secret-key-0123"
ANY_VARIABLE = {"component": {"name": "OCPPCommCtrlr"}, "variable": {"name": "HeartbeatInterval"}}
NEW_KEY = ("ChangeConfiguration", {"key": "AuthorizationKey", "value": SECRET})


def send(
    world: World, action: str = "Reset", payload: dict[str, Any] | None = None, **options: Any
) -> Command:
    return command_send(
        world.station, action, {"type": "Soft"} if payload is None else payload, SYSTEM, **options
    )


def claim(station: ChargingStation) -> Command | None:
    return command_claim(source_of(station), INSTANCE, ADAPTER)


def sent(world: World, *wish: Any, **options: Any) -> Command:
    """A command that is on the wire."""
    send(world, *wish, **options)
    command = claim(world.station)
    assert command is not None
    assert command_sent(command, source_of(world.station).epoch)
    return command


def answer(command: Command, reply: Reply = ACCEPTED) -> Command | None:
    return command_answered(source_of(command.station), command, reply, ADAPTER)


def test_a_command_is_a_row_before_anything_else_happens(world: World) -> None:
    command = send(world)
    row = Command.objects.get()
    assert (row.state, row.effect, row.pk) == (CommandState.QUEUED, CommandEffect.NONE, command.pk)
    assert row.expires_at - clock.now() > timedelta(minutes=4)
    assert stations_with_commands() == {world.station.pk}
    line = AuditLine.objects.get(action="command.sent")
    assert (line.subject, line.detail["call"]) == (world.station.public_id, "Reset")


@pytest.mark.parametrize(
    ("action", "payload", "path"),
    [
        ("Nonsense", {}, "action"),
        ("__init__", {}, "action"),
        ("BootNotification", {}, "action"),
        ("RequestStartTransaction", {}, "action"),
        ("Reset", {}, "payload.type"),
        ("Reset", {"type": "Gentle"}, "payload.type"),
        ("Reset", {"type": "Soft", "extra": 1}, "payload"),
        ("Reset", [], "payload"),
        ("RemoteStartTransaction", {"idTag": "x" * 21}, "payload.idTag"),
    ],
)
def test_what_the_station_has_no_word_for_is_refused_with_its_place(
    world: World, action: str, payload: Any, path: str
) -> None:
    with pytest.raises(InvalidCommand) as refused:
        send(world, action, payload)
    assert refused.value.path == path
    assert not Command.objects.exists()


def test_a_station_that_never_connected_may_be_told_in_the_words_of_any_version(world: World) -> None:
    station, _ = station_register(world.organisation, "NEVER", SYSTEM)
    for action, payload in (
        ("Reset", {"type": "Soft"}),
        ("GetVariables", {"getVariableData": [ANY_VARIABLE]}),
    ):
        assert command_send(station, action, payload, SYSTEM).state == CommandState.QUEUED
    with pytest.raises(InvalidCommand) as refused:
        command_send(station, "Nonsense", {}, SYSTEM)
    assert refused.value.path == "action"
    with pytest.raises(InvalidCommand) as refused:
        command_request(station, domain.Reset(), SYSTEM)
    assert refused.value.path == "station"


def test_the_oldest_command_is_claimed_first_and_only_once(world: World) -> None:
    first, second = send(world), send(world)
    assert claim(world.station) == first
    first.refresh_from_db()
    assert (first.state, first.instance) == (CommandState.CLAIMED, INSTANCE)
    command_sent(first, source_of(world.station).epoch)
    assert claim(world.station) == second


def test_a_claim_that_was_not_sent_is_taken_up_again_by_the_same_socket(world: World) -> None:
    """Seen failing with only queued commands claimed: it waited until the socket ended."""
    command = send(world)
    assert claim(world.station) == command
    assert claim(world.station) == command
    assert stations_with_commands() == {world.station.pk}


def test_an_old_socket_claims_nothing(world: World) -> None:
    """Seen failing without `check_epoch`."""
    send(world)
    old = source_of(world.station)
    StationConnection.objects.filter(station=world.station).update(epoch=old.epoch + 1)
    with pytest.raises(Fenced):
        command_claim(old, INSTANCE, ADAPTER)


def test_a_command_is_never_sent_twice(world: World) -> None:
    """Seen failing with the state left out of `command_sent`."""
    command = sent(world)
    assert not command_sent(command, source_of(world.station).epoch)
    assert claim(world.station) is None


def test_a_command_that_waited_too_long_is_not_sent(world: World, events: Events) -> None:
    command = send(world, expires_in_s=60)
    Command.objects.update(expires_at=clock.now() - timedelta(seconds=1))
    assert claim(world.station) is None
    command.refresh_from_db()
    assert command.state == CommandState.EXPIRED
    assert events.types()[-1] == "command.finished"


def test_a_command_for_another_version_is_rejected_before_it_is_sent(world: World) -> None:
    command = send(world)
    modern = by_subprotocol("ocpp2.0.1")
    assert command_claim(source_of(world.station), INSTANCE, modern) is None
    command.refresh_from_db()
    assert command.state == CommandState.REJECTED
    assert "2.0.1" in command.error_description


def test_an_answer_ends_the_command_and_is_logged(world: World, events: Events) -> None:
    command = sent(world)
    assert answer(command)
    command.refresh_from_db()
    assert (command.state, command.result, command.is_final) == (
        CommandState.ACCEPTED,
        {"status": "Accepted"},
        True,
    )
    row = MessageExchange.objects.get()
    assert (row.direction, row.action, row.request, row.reply) == ("out", "Reset", "[2]", "[3]")
    assert events.of("command.finished")[0].payload["state"] == "accepted"


@pytest.mark.parametrize(
    "reply",
    [
        Reply(CommandState.REJECTED, domain.Outcome(False, "Rejected"), {"status": "Rejected"}),
        Reply(CommandState.CALLERROR, error_code="InternalError", error_description="x" * 1000),
        Reply(CommandState.TIMED_OUT, error_description="no answer within 30 s"),
    ],
    ids=lambda reply: str(reply.state),
)
def test_what_was_not_accepted_has_no_effect_to_wait_for(world: World, reply: Reply) -> None:
    command = sent(world)
    answer(command, reply)
    command.refresh_from_db()
    assert (command.state, command.effect, command.expectation) == (reply.state, CommandEffect.NONE, {})


def test_a_command_ends_once(world: World, events: Events) -> None:
    """Seen failing with the state left out of `finish`."""
    command = sent(world)
    answer(command, Reply(CommandState.TIMED_OUT))
    assert answer(command) is None
    command.refresh_from_db()
    assert command.state == CommandState.TIMED_OUT
    assert len(events.of("command.finished")) == 1


def test_a_late_answer_is_noted_beside_the_time_out(world: World) -> None:
    command = sent(world)
    answer(command, Reply(CommandState.TIMED_OUT))
    command_answered_late(source_of(world.station), command, ACCEPTED)
    command.refresh_from_db()
    assert (command.state, command.late, command.result) == (
        CommandState.TIMED_OUT,
        True,
        {"status": "Accepted"},
    )
    assert MessageExchange.objects.count() == 2


def test_a_late_answer_does_not_touch_a_command_that_ended_otherwise(world: World) -> None:
    command = sent(world)
    answer(command, replace(ACCEPTED, state=CommandState.REJECTED))
    command_answered_late(source_of(world.station), command, ACCEPTED)
    command.refresh_from_db()
    assert (command.state, command.late) == (CommandState.REJECTED, False)


def test_a_queued_command_can_be_taken_back(world: World, events: Events) -> None:
    command = command_cancel(send(world), Actor("somebody", source="user"))
    assert (command.state, command.is_final) == (CommandState.CANCELLED, True)
    assert claim(world.station) is None
    assert AuditLine.objects.filter(action="command.cancelled", actor_label="user: somebody").exists()
    assert events.of("command.finished")[0].payload["state"] == "cancelled"


def test_a_claimed_command_cannot_be_taken_back(world: World) -> None:
    command = send(world)
    claim(world.station)
    with pytest.raises(NotCancellable):
        command_cancel(command, SYSTEM)


def test_the_sweep_settles_what_nobody_owns(world: World) -> None:
    queued, claimed, on_the_wire = send(world), send(world), send(world)
    Command.objects.filter(pk=queued.pk).update(expires_at=clock.now() - timedelta(seconds=1))
    Command.objects.filter(pk=claimed.pk).update(state=CommandState.CLAIMED, epoch=1)
    Command.objects.filter(pk=on_the_wire.pk).update(state=CommandState.SENT, epoch=1, sent_at=clock.now())
    assert commands_sweep() == 1, "the socket is open: its commands are its own"
    StationConnection.objects.update(closed_at=clock.now())
    assert commands_sweep() == 1
    states = dict(Command.objects.values_list("pk", "state"))
    assert states == {
        queued.pk: CommandState.EXPIRED, claimed.pk: CommandState.QUEUED, on_the_wire.pk: CommandState.UNKNOWN,
    }  # fmt: skip
    assert commands_sweep() == 0


def test_a_newer_socket_also_means_that_the_old_ones_commands_are_lost(world: World) -> None:
    command = sent(world)
    StationConnection.objects.update(epoch=5)
    assert commands_sweep() == 1
    command.refresh_from_db()
    assert command.state == CommandState.UNKNOWN


def test_a_sent_command_whose_time_out_was_lost_is_given_up(world: World) -> None:
    """Seen failing without it: a database that was away at the time-out left the command open for ever."""
    command = sent(world, timeout_s=30)
    Command.objects.update(sent_at=clock.now() - timedelta(seconds=30))
    assert commands_sweep() == 0
    Command.objects.update(sent_at=clock.now() - timedelta(seconds=31) - GRACE)
    assert commands_sweep() == 1
    command.refresh_from_db()
    assert command.state == CommandState.UNKNOWN


def test_waiting_ends_with_the_command_or_with_patience(world: World) -> None:
    command = send(world)
    assert command_wait(command.public_id, 0.1).state == CommandState.QUEUED
    command_cancel(command, SYSTEM)
    assert command_wait(command.public_id, 30).state == CommandState.CANCELLED


def everything_written() -> str:
    """All text of the tables a command touches."""
    rows = [*Command.objects.values(), *AuditLine.objects.values(), *OutboxEvent.objects.values()]
    return repr([*rows, *MessageExchange.objects.values()])


@pytest.mark.parametrize(
    "end",
    [
        lambda command: answer(command),
        lambda command: answer(command, Reply(CommandState.TIMED_OUT)),
        lambda command: answer(command, Reply(CommandState.CALLERROR, error_code="InternalError")),
        lambda command: StationConnection.objects.update(epoch=9) and commands_sweep(),
    ],
    ids=["accepted", "timed out", "error", "unknown"],
)
def test_a_password_stays_nowhere_once_its_command_has_ended(world: World, end: Any) -> None:
    """Seen failing with `redact` left out of `_changes` (invariant 33)."""
    command = sent(world, *NEW_KEY)
    end(command)
    assert SECRET not in everything_written()
    command.refresh_from_db()
    assert command.payload == {"key": "AuthorizationKey", "value": "***"}
    assert (command.expectation, command.effect) == ({}, CommandEffect.NONE)


@pytest.mark.parametrize("state", [CommandState.CANCELLED, CommandState.EXPIRED, CommandState.REJECTED])
def test_a_password_that_was_never_sent_stays_nowhere(world: World, state: CommandState) -> None:
    command = send(world, *NEW_KEY)
    if state == CommandState.CANCELLED:
        command_cancel(command, SYSTEM)
    elif state == CommandState.EXPIRED:
        Command.objects.update(expires_at=clock.now() - timedelta(seconds=1))
        commands_sweep()
    else:
        command_claim(source_of(world.station), INSTANCE, by_subprotocol("ocpp2.0.1"))
    command.refresh_from_db()
    assert command.state == state
    assert SECRET not in everything_written()


def test_a_password_in_an_answer_is_not_kept(world: World) -> None:
    result = {"configurationKey": [{"key": "AuthorizationKey", "readonly": False, "value": SECRET}]}
    for late in (False, True):
        command = sent(world, "GetConfiguration", {})
        if late:
            answer(command, Reply(CommandState.TIMED_OUT))
            command_answered_late(source_of(world.station), command, replace(ACCEPTED, result=result))
        else:
            answer(command, replace(ACCEPTED, result=result))
    assert SECRET not in everything_written()


def test_a_password_of_2x_is_not_kept_either(world: World) -> None:
    variable = {"component": {"name": "SecurityCtrlr"}, "variable": {"name": "BasicAuthPassword"}}
    StationConnection.objects.filter(station=world.station).update(subprotocol="ocpp2.0.1")
    command = send(world, "SetVariables", {"setVariableData": [variable | {"attributeValue": SECRET}]})
    modern = by_subprotocol("ocpp2.0.1")
    claimed = command_claim(source_of(world.station), INSTANCE, modern)
    assert claimed is not None
    command_sent(claimed, source_of(world.station).epoch)
    result = {"setVariableResult": [variable | {"attributeStatus": "Accepted"}]}
    command_answered(source_of(world.station), command, replace(ACCEPTED, result=result), modern)
    assert SECRET not in everything_written()


def test_a_version_neutral_wish_is_put_into_the_stations_words(world: World) -> None:
    tag = domain.Token("CARD")
    old = command_request(world.station, domain.RemoteStart(tag, 1), SYSTEM)
    assert (old.action, old.payload) == ("RemoteStartTransaction", {"idTag": "CARD", "connectorId": 1})
    modern = world.connected_station("CP-201", "ocpp2.0.1")
    assert command_request(modern, domain.RemoteStart(tag, 1, 5), SYSTEM).action == "RequestStartTransaction"
    with pytest.raises(InvalidCommand):
        command_request(modern, domain.ReadSettings(()), SYSTEM)
