"""A remote start that came to nothing says why, by what was seen: the card, the connector, the connection."""

from datetime import timedelta

import pytest

from chargers.choices import CommandEffect, CommandState, ConnectorStatus, TagStatus
from chargers.domain import AuthorizeAsked, Outcome, RemoteStart, Token
from chargers.models import Command, Connector, IdTag, StationConnection
from chargers.services.commands import effects
from chargers.services.commands.end import Reply
from chargers.services.commands.life import command_answered
from chargers.services.commands.send import command_request
from chargers.services.tags.authorization import authorize
from chargers.story import Story, story
from cpms.core import clock
from cpms.core.actors import SYSTEM
from tests.worlds import World

from .reports import report, source_of, start, stop
from .test_story import ADAPTER, sent

YES = Reply(CommandState.ACCEPTED, Outcome(True, "Accepted"), {"status": "Accepted"})
REFUSED = "we refused the card: the ID tag is blocked"


@pytest.fixture
def blocked(world: World) -> World:
    IdTag.objects.filter(pk=world.tag.pk).update(status=TagStatus.BLOCKED)
    return world


def told(command: Command) -> Story:
    command.refresh_from_db()
    return story(command, online=True)


def on_the_wire(world: World) -> Command:
    command_request(world.station, RemoteStart(Token(world.tag.uid), 1), SYSTEM)
    return sent(world)


def agreed(world: World, command: Command) -> Command:
    command_answered(source_of(world.station), command, YES, ADAPTER)
    return command


def accepted(world: World) -> Command:
    return agreed(world, on_the_wire(world))


def asked(world: World) -> None:
    authorize(source_of(world.station), AuthorizeAsked(Token(world.tag.uid)))


def time_is_over(command: Command) -> Story:
    command.refresh_from_db()
    assert command.effect_deadline is not None
    effects.sweep(command.effect_deadline + timedelta(seconds=1))
    return told(command)


def reports(world: World, status: ConnectorStatus, **since: float) -> None:
    Connector.objects.filter(evse__station=world.station, evse__number=1).update(
        status=status, status_received_at=clock.now() - timedelta(**since)
    )


def test_a_card_that_we_would_refuse_is_named_before_anything_is_sent(blocked: World) -> None:
    command = command_request(blocked.station, RemoteStart(Token(blocked.tag.uid), 1), SYSTEM)
    assert story(command, True).advice == "This card is refused here: the ID tag is blocked."
    unknown = command_request(blocked.station, RemoteStart(Token("NOBODY"), 1), SYSTEM)
    assert story(unknown, True).advice == "This card is refused here: no such ID tag."


def test_a_card_that_is_accepted_gets_no_warning(world: World) -> None:
    assert (
        story(command_request(world.station, RemoteStart(Token(world.tag.uid), 1), SYSTEM), True).advice == ""
    )


@pytest.mark.parametrize("first", ["answer", "question"])
def test_a_refused_card_is_the_reason_and_not_a_missing_car(blocked: World, first: str) -> None:
    """Seen failing with "no car within 60 s"; the station may ask about the card before it answers us."""
    command = on_the_wire(blocked)
    if first == "question":
        asked(blocked)
    agreed(blocked, command)
    if first == "answer":
        asked(blocked)
    waiting = told(command)
    assert waiting.sentence == f"Accepted by the station, but {REFUSED}."
    assert (command.effect, waiting.until) == (CommandEffect.PENDING, command.effect_deadline)
    over = time_is_over(command)
    assert over.sentence == f"Accepted by the station, but {REFUSED}."
    assert "ID tags" in over.advice


def test_a_card_accepted_at_the_second_question_is_no_reason(blocked: World) -> None:
    command = accepted(blocked)
    asked(blocked)
    IdTag.objects.update(status=TagStatus.ACTIVE)
    asked(blocked)
    assert "refused" not in time_is_over(command).sentence


def test_a_start_that_we_refused_and_that_stopped_is_no_success(blocked: World) -> None:
    """Seen failing with "Charging has started."."""
    command = accepted(blocked)
    begun = report(blocked.station, start(blocked.tag.uid, clock.now())).transaction
    going = told(command)
    assert command.effect == CommandEffect.PENDING
    assert going.sentence == (
        "Accepted by the station, but charging has started although we refused the card: the ID tag is blocked."
    )
    report(blocked.station, stop(begun.reference, clock.now(), 1000, stop_reason="DeAuthorized"))
    over = told(command)
    assert over.sentence == (
        "Accepted by the station, but the station started and stopped again because "
        "we refused the card: the ID tag is blocked."
    )
    assert (command.effect, over.transaction) == (CommandEffect.NOT_SEEN, begun.public_id)


def test_a_refused_start_that_goes_on_is_told_as_both(blocked: World) -> None:
    command = accepted(blocked)
    report(blocked.station, start(blocked.tag.uid, clock.now()))
    over = time_is_over(command)
    assert over.sentence == "Charging has started although we refused the card: the ID tag is blocked."
    assert command.effect == CommandEffect.SEEN


@pytest.mark.parametrize(
    ("status", "since", "words"),
    [
        (
            ConnectorStatus.PREPARING,
            {"hours": 1},
            "connector 1 reported Preparing all the time: a car is plugged in",
        ),
        (ConnectorStatus.PREPARING, {"hours": -1}, "connector 1 reports Preparing: it was getting ready"),
        (ConnectorStatus.CHARGING, {"hours": 1}, "connector 1 is busy with another session (Charging)"),
        (
            ConnectorStatus.FINISHING,
            {"hours": 1},
            "connector 1 has not finished the session before (Finishing)",
        ),
        (ConnectorStatus.FAULTED, {"hours": 1}, "connector 1 cannot charge now (Faulted)"),
        (ConnectorStatus.UNKNOWN, {"hours": 1}, "the station has reported nothing since"),
    ],
)
def test_the_connector_says_why(
    world: World, status: ConnectorStatus, since: dict[str, float], words: str
) -> None:
    command = accepted(world)
    reports(world, status, **since)
    over = time_is_over(command)
    assert words in over.sentence
    assert "no car" not in over.sentence
    assert command.effect == CommandEffect.NOT_SEEN


def test_a_station_that_went_away_is_told_as_such(world: World) -> None:
    command = accepted(world)
    StationConnection.objects.filter(pk=world.station.pk).update(closed_at=clock.now())
    assert time_is_over(command).sentence == (
        "Accepted by the station, but the station lost its connection before it reported a start."
    )


def test_one_transaction_is_claimed_by_one_remote_start(world: World) -> None:
    """The older one gets it. Seen failing without `_is_claimed`: the answer to the second found it, too."""
    first, second = accepted(world), on_the_wire(world)
    begun = report(world.station, start(world.tag.uid, clock.now())).transaction
    agreed(world, second)
    assert told(first).transaction == begun.public_id
    assert told(second).sentence == "Accepted by the station, waiting for charging to start."
    assert time_is_over(second).sentence == (
        "Accepted by the station, but the only session that began was asked for by another remote start."
    )
    assert (first.effect, second.effect) == (CommandEffect.SEEN, CommandEffect.NOT_SEEN)
