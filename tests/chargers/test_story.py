"""Every command says how it stands in a plain sentence; what is accepted is not yet done."""

from datetime import timedelta
from typing import Any

import pytest

from chargers import journey
from chargers.choices import CommandEffect, CommandState, ConnectorStatus
from chargers.domain import Outcome, Token
from chargers.domain import RemoteStart as Start
from chargers.models import Command, Evse
from chargers.ocpp.adapters import by_subprotocol
from chargers.services.commands import effects
from chargers.services.commands.end import Reply
from chargers.services.commands.life import (
    command_answered,
    command_answered_late,
    command_claim,
    command_sent,
    commands_sweep,
)
from chargers.services.commands.send import command_cancel, command_request, command_send
from chargers.story import Story, story
from cpms.core import clock
from cpms.core.actors import SYSTEM
from tests.worlds import World

from .reports import ago, report, source_of, start
from .test_commands import INSTANCE

ADAPTER = by_subprotocol("ocpp1.6")


def told(command: Command, online: bool = True) -> Story:
    command.refresh_from_db()
    return story(command, online)


def wished(world: World, evse_no: int | None = 1) -> Command:
    return command_request(world.station, Start(Token(world.tag.uid), evse_no), SYSTEM)


def sent(world: World) -> Command:
    command = command_claim(source_of(world.station), INSTANCE, ADAPTER)
    assert command is not None
    command_sent(command, source_of(world.station).epoch)
    return command


def answer(world: World, word: str, accepted: bool = True, **more: Any) -> Command:
    command = sent(world)
    state = CommandState.ACCEPTED if accepted else CommandState.REJECTED
    reply = Reply(state, Outcome(accepted, word, **more), {"status": word}, request="[]", reply="[]")
    command_answered(source_of(world.station), command, reply, ADAPTER)
    return command


def test_a_remote_start_is_told_step_by_step(world: World) -> None:
    """TC_010."""
    command = wished(world)
    assert told(command).sentence == "On its way to the station."
    waiting = told(command, online=False)
    assert (waiting.sentence, waiting.until) == ("The station is offline.", command.expires_at)
    answer(world, "Accepted")
    accepted = told(command)
    assert accepted.sentence == "Accepted by the station, waiting for charging to start."
    assert accepted.until == command.effect_deadline
    running = report(world.station, start(world.tag.uid, clock.now())).transaction
    done = told(command)
    assert (done.sentence, done.transaction) == ("Charging has started.", running.public_id)


def test_no_car_in_time_is_no_success(world: World) -> None:
    wished(world)
    command = answer(world, "Accepted")
    Command.objects.update(finished_at=ago(seconds=61), effect_deadline=ago(seconds=1))
    effects.sweep()
    over = told(command)
    assert over.sentence == (
        "Accepted by the station, but no car was plugged in within 60 s: connector 1 is free."
    )
    assert over.advice == "Nothing was charged. Plug the car in and start again."


def test_a_start_that_the_station_gives_up_is_over_at_once(world: World) -> None:
    """TC_011_2: Preparing, then Available without a transaction."""
    wished(world)
    command = answer(world, "Accepted")
    pk = world.station.pk
    effects.status_reported(pk, 1, 1, ConnectorStatus.AVAILABLE)
    effects.status_reported(pk, 2, 1, ConnectorStatus.PREPARING)
    effects.status_reported(pk, 2, 1, ConnectorStatus.AVAILABLE)
    assert told(command).tone == "charging"
    effects.status_reported(pk, 1, 1, ConnectorStatus.PREPARING)
    effects.status_reported(pk, 1, 1, ConnectorStatus.AVAILABLE)
    over = told(command)
    assert over.sentence == "Accepted by the station, but connector 1 is free again without a start."
    assert (over.tone, command.effect) == ("fault", CommandEffect.NOT_SEEN)


def test_a_refusal_invents_no_state(world: World) -> None:
    """TC_026."""
    wished(world)
    command = answer(world, "Rejected", accepted=False)
    assert told(command).sentence == "Rejected by the station."
    assert command.effect == CommandEffect.NONE


def test_a_refusal_with_a_word_of_its_own_shows_it(world: World) -> None:
    command_send(world.station, "UnlockConnector", {"connectorId": 1}, SYSTEM)
    assert (
        told(answer(world, "NotSupported", accepted=False)).sentence
        == "Rejected by the station: NotSupported."
    )


def test_silence_and_a_lost_connection_say_that_it_may_have_acted(world: World) -> None:
    wished(world)
    command = sent(world)
    assert told(command).sentence == "Sent, waiting for the answer, 30 s at most."
    Command.objects.update(sent_at=ago(minutes=5))
    commands_sweep()
    lost = told(command)
    assert lost.sentence == "It was sent, but the connection was lost before the station answered."
    assert "may have acted" in lost.advice
    Command.objects.update(state=CommandState.TIMED_OUT)
    silent = told(command)
    assert silent.sentence == "The station did not answer within 30 s."
    assert "may have acted" in silent.advice


@pytest.mark.parametrize(
    ("reply", "said"),
    [
        (Reply(CommandState.ACCEPTED, Outcome(True, "Accepted"), {"status": "Accepted"}), "Accepted"),
        (Reply(CommandState.CALLERROR, error_code="InternalError"), "error InternalError"),
    ],
)
def test_an_answer_after_the_time_out_is_told_as_late(world: World, reply: Reply, said: str) -> None:
    """Seen failing with the sentence of a station that never answered."""
    command_send(world.station, "Reset", {"type": "Soft"}, SYSTEM, timeout_s=2)
    command = sent(world)
    command_answered(source_of(world.station), command, Reply(CommandState.TIMED_OUT), ADAPTER)
    assert told(command).sentence == "The station did not answer within 2 s."
    command_answered_late(source_of(world.station), command, reply)
    shown = told(command)
    assert shown.sentence == f"The station answered late, after more than 2 s: {said}."
    assert "was not watched" in shown.advice
    assert journey.steps(command, True)[2].note == f"after the time-out: {said}"


@pytest.mark.parametrize(
    ("action", "payload", "told_by"),
    [
        (
            "UpdateFirmware",
            {"location": "ftp://x/f", "retrieveDate": "2026-11-21T08:00:00Z"},
            "FirmwareStatus",
        ),
        ("GetDiagnostics", {"location": "ftp://x/"}, "DiagnosticsStatus"),
        (
            "GetLog",
            {"log": {"remoteLocation": "ftp://x/"}, "logType": "SecurityLog", "requestId": 7},
            "LogStatus",
        ),
    ],
)
def test_what_is_only_promised_is_not_done(
    world: World, action: str, payload: dict[str, Any], told_by: str
) -> None:
    """Seen failing with "Done."."""
    command_send(world.station, action, payload, SYSTEM)
    shown = told(answer(world, "Accepted"))
    assert shown.sentence == (
        f"Accepted by the station; what becomes of it is told by {told_by}Notification."
    )
    assert shown.tone == "charging"


def test_a_secret_is_not_called_done_as_nobody_read_it_back(world: World) -> None:
    command_send(
        world.station, "ChangeConfiguration", {"key": "AuthorizationKey", "value": "00" * 16}, SYSTEM
    )
    assert told(answer(world, "Accepted")).sentence == (
        "Accepted by the station; the new value was not read back."
    )


def test_what_never_left_says_so(world: World) -> None:
    command = wished(world)
    command_cancel(command, SYSTEM)
    assert told(command).sentence == "Taken back before it was sent."
    expired = wished(world)
    Command.objects.filter(pk=expired.pk).update(expires_at=ago(seconds=1))
    commands_sweep()
    assert "never sent" in told(expired).sentence


def test_scheduled_is_waited_for_and_what_was_agreed_is_what_is_wanted(world: World) -> None:
    payload = {"connectorId": 1, "type": "Inoperative"}
    command_send(world.station, "ChangeAvailability", payload, SYSTEM)
    command = answer(world, "Scheduled", pending=True)
    shown = told(command)
    assert shown.sentence == "The station answered Scheduled, waiting for the connectors to report it."
    assert (shown.tone, command.effect) == ("charging", CommandEffect.PENDING)
    assert command.effect_deadline is not None
    assert command.effect_deadline > clock.now() + timedelta(hours=23)
    assert Evse.objects.get(station=world.station).desired_availability == "Inoperative"
    effects.status_reported(world.station.pk, 1, 1, ConnectorStatus.UNAVAILABLE)
    assert told(command).sentence == "The station reports it."


def test_a_refused_change_wants_nothing(world: World) -> None:
    payload = {"connectorId": 0, "type": "Inoperative"}
    command_send(world.station, "ChangeAvailability", payload, SYSTEM)
    answer(world, "Rejected", accepted=False)
    world.station.refresh_from_db()
    assert world.station.desired_availability == "Operative"


@pytest.mark.parametrize("state", list(CommandState))
def test_every_state_has_a_sentence(world: World, state: CommandState) -> None:
    command = wished(world)
    Command.objects.filter(pk=command.pk).update(state=state, error_code="X")
    shown = told(command)
    assert shown.sentence.endswith(".")
