"""One command for many stations: planned, sent in waves, stopped; and commands that wait for their moment."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from chargers.choices import BulkItemState, BulkState, CommandState, ScheduleState
from chargers.models import BulkCommand, ChargingStation, Command, ScheduledCommand, StationConnection
from chargers.services.bulk.plan import Ask, Plan, plan
from chargers.services.bulk.run import NotRunning, bulk_counts, bulk_make, bulk_stop
from chargers.services.bulk.waves import bulk_sweep, bulk_wave
from chargers.services.commands.scheduled import (
    NotWaiting,
    schedule_cancel,
    schedule_command,
    scheduled_sweep,
)
from chargers.services.commands.send import InvalidCommand
from cpms.core import clock
from cpms.core.actors import SYSTEM, Actor
from cpms.core.models import AuditLine
from tests.worlds import World

from .reports import ago

RESTART = Ask("restart")
SOFT = {"type": "Soft"}


def fleet(world: World, count: int, subprotocol: str = "ocpp1.6") -> None:
    for number in range(count):
        world.connected_station(f"FLEET-{number:03}", subprotocol)


def planned(world: World, ask: Ask = RESTART) -> Plan:
    stations = ChargingStation.objects.filter(organisation=world.organisation)
    return plan(stations.select_related("connection").order_by("identity"), ask)


def aged(bulk: BulkCommand, seconds: float) -> None:
    BulkCommand.objects.filter(pk=bulk.pk).update(created_at=clock.now() - timedelta(seconds=seconds))


def test_a_plan_knows_who_is_away_who_charges_and_who_has_no_word_for_it(world: World) -> None:
    _ = world.transaction
    away = world.connected_station("AWAY")
    StationConnection.objects.filter(station=away).update(closed_at=clock.now())
    world.connected_station("NEWER", "ocpp2.0.1")
    stranger = world.connected_station("STRANGER")
    StationConnection.objects.filter(station=stranger).update(opened_at=None)
    seen = planned(world)
    assert [line.station.identity for line in seen.sendable] == ["AWAY", "NEWER", "OURS-1"]
    assert [line.station.identity for line in seen.offline] == ["AWAY"]
    assert [line.station.identity for line in seen.charging] == ["OURS-1"]
    assert [line.station.identity for line in seen.left_out] == ["STRANGER"]
    assert seen.needs_word
    raw = planned(world, Ask(action="GetConfiguration"))
    reasons = {line.station.identity: line.reason for line in raw.left_out}
    assert "is no OCPP 2.0.1 command" in reasons["NEWER"]
    assert not raw.needs_word
    assert planned(world, Ask(action="ChangeConfiguration", payload={"key": "a", "value": "b"})).needs_word
    assert not Command.objects.exists()


def test_it_goes_out_in_waves_by_the_clock(world: World) -> None:
    """Seen failing with a wave that did not count what had gone."""
    fleet(world, 12)
    bulk = bulk_make(world.organisation, planned(world), SYSTEM, per_minute=60)
    assert (bulk_wave(bulk.pk), bulk_wave(bulk.pk)) == (6, 0)
    aged(bulk, 3)
    assert bulk_sweep() == 3
    assert bulk_sweep() == 0
    aged(bulk, 3600)
    assert bulk_sweep() == 3
    bulk.refresh_from_db()
    assert bulk.state == BulkState.DONE
    assert Command.objects.filter(purpose="bulk", reference=bulk.public_id).count() == 12
    assert bulk_sweep() == 0


def test_whoever_is_connected_comes_first(world: World) -> None:
    away = world.connected_station("AAA-AWAY")
    StationConnection.objects.filter(station=away).update(closed_at=clock.now())
    _ = world.station
    bulk = bulk_make(world.organisation, planned(world), SYSTEM, per_minute=1)
    bulk_wave(bulk.pk)
    assert Command.objects.get().station == world.station


def test_each_gets_its_own_versions_words_and_the_patience_that_was_wished(world: World) -> None:
    _ = world.station
    world.connected_station("NEWER", "ocpp2.0.1")
    bulk = bulk_make(world.organisation, planned(world), Actor("Ann", source="user"), wait_s=7200)
    bulk_wave(bulk.pk)
    sent = {command.station.identity: command for command in Command.objects.select_related("station")}
    assert sent["OURS-1"].payload == {"type": "Soft"}
    assert sent["NEWER"].payload == {"type": "OnIdle"}
    assert sent["NEWER"].actor_label == "user: Ann"
    assert sent["NEWER"].expires_at > clock.now() + timedelta(hours=1)


def test_stopping_keeps_what_was_sent(world: World) -> None:
    fleet(world, 4)
    bulk = bulk_make(world.organisation, planned(world), SYSTEM, per_minute=1)
    bulk_wave(bulk.pk)
    bulk_stop(bulk, SYSTEM)
    aged(bulk, 3600)
    assert bulk_sweep() == 0
    counts = bulk_counts(bulk)
    assert (counts["open"], counts["never"], counts["waiting"]) == (1, 3, 0)
    with pytest.raises(NotRunning):
        bulk_stop(bulk, SYSTEM)
    assert AuditLine.objects.filter(action__in=["bulk.started", "bulk.stopped"]).count() == 2


def test_a_station_that_changed_its_version_meanwhile_is_left_out(world: World) -> None:
    fleet(world, 2)
    ask = Ask(action="GetConfiguration", payload={})
    bulk = bulk_make(world.organisation, planned(world, ask), SYSTEM)
    StationConnection.objects.filter(station__identity="FLEET-001").update(subprotocol="ocpp2.0.1")
    bulk_wave(bulk.pk)
    item = bulk.items.get(station__identity="FLEET-001")
    assert item.state == BulkItemState.SKIPPED
    assert "is no OCPP 2.0.1 command" in item.reason


def test_counts_tell_what_became_of_each(world: World) -> None:
    fleet(world, 5)
    bulk = bulk_make(world.organisation, planned(world), SYSTEM, per_minute=6000)
    bulk_wave(bulk.pk)
    states = (CommandState.ACCEPTED, CommandState.REJECTED, CommandState.TIMED_OUT, CommandState.EXPIRED)
    for command, state in zip(Command.objects.order_by("pk"), states, strict=False):
        effect = "seen" if state == CommandState.ACCEPTED else "none"
        Command.objects.filter(pk=command.pk).update(state=state, finished_at=clock.now(), effect=effect)
    wanted = {"waiting": 0, "open": 1, "accepted": 1, "seen": 1, "not_seen": 0, "refused": 2, "never": 1}
    assert bulk_counts(bulk) == wanted | {"left_out": 0}


def test_a_secret_is_forgotten_once_it_is_sent(world: World) -> None:
    _ = world.station
    payload = {"key": "AuthorizationKey", "value": "CANARY-0123456789"}
    bulk = bulk_make(
        world.organisation, planned(world, Ask(action="ChangeConfiguration", payload=payload)), SYSTEM
    )
    bulk_wave(bulk.pk)
    assert Command.objects.get().payload == payload
    bulk.refresh_from_db()
    assert "CANARY" not in str(bulk.payload)
    assert not AuditLine.objects.filter(detail__icontains="CANARY").exists()


@pytest.mark.parametrize("options", [{"per_minute": 6001}, {"wait_s": 0}, {"wait_s": 10**7}])
def test_an_impossible_pace_or_patience_is_refused(world: World, options: dict[str, Any]) -> None:
    _ = world.station
    with pytest.raises(ValidationError):
        bulk_make(world.organisation, planned(world), SYSTEM, **options)


def test_a_plan_for_nobody_is_refused(world: World) -> None:
    with pytest.raises(ValidationError, match="none of the stations"):
        bulk_make(world.organisation, planned(world), SYSTEM)


def kept(world: World, **when: Any) -> ScheduledCommand:
    return schedule_command(world.station, "Reset", SOFT, Actor("Ann", source="user"), **when)


def test_a_restart_waits_until_nobody_charges_and_is_sent_once(world: World) -> None:
    """Seen failing without the look at open transactions."""
    running = world.transaction
    row = kept(world, when_idle=True)
    assert scheduled_sweep() == 0
    world.ended(running, 2000)
    assert (scheduled_sweep(), scheduled_sweep()) == (1, 0)
    row.refresh_from_db()
    assert row.state == ScheduleState.SENT
    assert row.command == Command.objects.get()
    assert row.command.payload == SOFT
    assert row.command.actor_label == "user: Ann"


def test_a_time_is_waited_for_and_sessions_do_not_hinder_it(world: World) -> None:
    _ = world.transaction
    row = kept(world, not_before=clock.now() + timedelta(hours=1))
    assert scheduled_sweep() == 0
    ScheduledCommand.objects.update(not_before=ago(seconds=1))
    assert scheduled_sweep() == 1
    row.refresh_from_db()
    assert row.state == ScheduleState.SENT


def test_a_station_that_is_away_is_waited_for_and_then_given_up(world: World) -> None:
    row = kept(world)
    StationConnection.objects.update(closed_at=clock.now())
    assert scheduled_sweep() == 0
    ScheduledCommand.objects.update(give_up_at=ago(seconds=1))
    assert (scheduled_sweep(), scheduled_sweep()) == (1, 0)
    row.refresh_from_db()
    assert row.state == ScheduleState.GIVEN_UP
    assert "never connected" in row.note
    assert not Command.objects.exists()


def test_what_waits_can_be_cancelled_but_what_is_sent_cannot(world: World) -> None:
    row = kept(world)
    schedule_cancel(row, SYSTEM)
    assert scheduled_sweep() == 0
    with pytest.raises(NotWaiting):
        schedule_cancel(row, SYSTEM)


def test_a_station_that_changed_its_version_gives_it_up_with_the_reason(world: World) -> None:
    row = kept(world)
    StationConnection.objects.update(subprotocol="ocpp2.0.1")
    scheduled_sweep()
    row.refresh_from_db()
    assert row.state == ScheduleState.GIVEN_UP
    assert "would not understand" in row.note


def test_nonsense_is_not_kept(world: World) -> None:
    with pytest.raises(InvalidCommand):
        schedule_command(world.station, "Reset", {"type": "Gentle"}, SYSTEM)
    for moment in (ago(minutes=1), clock.now() + timedelta(days=400)):
        with pytest.raises(ValidationError):
            kept(world, not_before=moment)
    with pytest.raises(ValidationError):
        kept(world, patience=timedelta(days=31))
    assert not ScheduledCommand.objects.exists()
