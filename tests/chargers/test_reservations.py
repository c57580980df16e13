"""Reservations: asked for, answered, used, given free, run out."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from chargers.choices import CommandState, ReservationState
from chargers.domain import Outcome, Token
from chargers.models import Command, Reservation, Transaction
from chargers.ocpp.adapters import by_subprotocol
from chargers.services.commands.end import Reply
from chargers.services.commands.life import command_answered, command_claim, command_sent, commands_sweep
from chargers.services.commands.send import command_send
from chargers.services.reservations.requests import (
    NotPossible,
    reservation_cancel,
    reservation_change,
    reservation_make,
)
from chargers.services.reservations.told import reservations_expire
from chargers.services.tags.id_tags import group_create, id_tag_block, id_tag_create
from cpms.core import clock
from cpms.core.actors import SYSTEM
from tests.conftest import Events
from tests.worlds import World

from .reports import ago, report, source_of, start
from .test_commands import INSTANCE

S = ReservationState


def later(**span: float) -> datetime:
    return (clock.now() + timedelta(**span)).replace(microsecond=0)


def make(world: World, evse_no: int = 1, **span: float) -> Reservation:
    until = later(**(span or {"hours": 2}))
    return reservation_make(world.station, world.tag.uid, until, SYSTEM, evse_no=evse_no)


def answered(world: World, word: str) -> Command:
    """The oldest open command goes out and is answered with this status."""
    source = source_of(world.station)
    adapter = by_subprotocol(world.station.connection.subprotocol)
    command = command_claim(source, INSTANCE, adapter)
    assert command is not None
    assert command_sent(command, source.epoch)
    accepted = word == "Accepted"
    state = CommandState.ACCEPTED if accepted else CommandState.REJECTED
    reply = Reply(state, Outcome(accepted, word), {"status": word}, request="[]", reply="[]")
    assert command_answered(source, command, reply, adapter)
    return command


def active(world: World, evse_no: int = 1, **span: float) -> Reservation:
    row = make(world, evse_no, **span)
    answered(world, "Accepted")
    row.refresh_from_db()
    assert row.state == S.ACTIVE
    return row


def now_is(row: Reservation, state: ReservationState) -> Reservation:
    row.refresh_from_db()
    assert row.state == state, row.note
    return row


def begun(world: World, **changes: Any) -> Transaction:
    """A start of just now."""
    message = start(changes.pop("uid", world.tag.uid), clock.now(), **changes)
    return report(world.station, message).transaction


def test_the_station_is_asked_in_its_own_words_with_the_group_as_parent(world: World) -> None:
    row = make(world)
    command = Command.objects.get()
    assert (command.action, row.state) == ("ReserveNow", S.REQUESTED)
    assert command.payload == {
        "connectorId": 1,
        "expiryDate": row.expires_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "idTag": world.tag.uid,
        "parentIdTag": world.group.name,
        "reservationId": row.wire_id,
    }


def test_the_whole_station_is_connector_zero(world: World) -> None:
    make(world, evse_no=0)
    assert Command.objects.get().payload["connectorId"] == 0


def test_the_newer_version_leaves_the_evse_out_for_the_whole_station(world: World) -> None:
    station = world.connected_station("OURS-201", "ocpp2.0.1")
    row = reservation_make(station, world.tag.uid, later(hours=1), SYSTEM)
    payload = Command.objects.get().payload
    assert payload["id"] == row.wire_id
    assert "evseId" not in payload
    assert payload["groupIdToken"] == {"idToken": world.group.name, "type": "Central"}


def test_only_an_agreement_makes_it_active(world: World, events: Events) -> None:
    row = make(world)
    assert row.state == S.REQUESTED
    answered(world, "Accepted")
    now_is(row, S.ACTIVE)
    states = [event.payload["state"] for event in events.of("reservation.changed")]
    assert states == ["requested", "active"]


@pytest.mark.parametrize("word", ["Faulted", "Occupied", "Unavailable", "Rejected"])
def test_a_refusal_is_kept_with_the_stations_word(world: World, word: str) -> None:
    """TC_048_1 to TC_048_4."""
    row = make(world)
    answered(world, word)
    assert now_is(row, S.REJECTED).answer == word
    assert word in row.note
    begun(world)
    now_is(row, S.REJECTED)


def test_a_start_that_names_it_uses_it_up(world: World) -> None:
    """TC_046."""
    row = active(world)
    used = begun(world, reservation_id=row.wire_id)
    assert now_is(row, S.USED).transaction == used


def test_a_start_by_its_tag_at_its_place_uses_it_up(world: World) -> None:
    row = active(world)
    used = begun(world)
    assert now_is(row, S.USED).transaction == used


def test_a_start_elsewhere_or_by_somebody_else_does_not(world: World) -> None:
    row = active(world)
    stranger = id_tag_create(world.organisation, SYSTEM, uid="STRANGER")
    begun(world, evse_no=2)
    begun(world, uid=stranger.uid)
    now_is(row, S.ACTIVE)


def test_a_whole_station_is_used_at_any_connector(world: World) -> None:
    """TC_049."""
    row = active(world, evse_no=0)
    begun(world, evse_no=2)
    now_is(row, S.USED)


def test_a_tag_of_the_same_group_may_use_it(world: World) -> None:
    """TC_053."""
    row = active(world)
    sibling = id_tag_create(world.organisation, SYSTEM, uid="SIBLING", group=world.group)
    answer = report(world.station, start(sibling.uid, clock.now())).answer
    assert answer.token is not None
    assert answer.token.parent_uid == row.parent_uid
    now_is(row, S.USED)


def test_a_tag_of_another_group_may_not(world: World) -> None:
    row = active(world)
    other = group_create(world.organisation, "OTHERS", SYSTEM)
    id_tag_create(world.organisation, SYSTEM, uid="COUSIN", group=other)
    begun(world, uid="COUSIN")
    now_is(row, S.ACTIVE)


def test_a_refused_tag_frees_nothing(world: World) -> None:
    """Seen failing without the look at the decision."""
    row = active(world)
    id_tag_block(world.tag, SYSTEM)
    begun(world)
    now_is(row, S.ACTIVE)


def test_a_start_from_before_the_reservation_does_not_use_it(world: World) -> None:
    row = active(world)
    Reservation.objects.filter(pk=row.pk).update(created_at=clock.now() + timedelta(minutes=1))
    begun(world)
    now_is(row, S.ACTIVE)


def test_a_repeated_start_uses_nothing_twice(world: World) -> None:
    first = active(world)
    message = start(world.tag.uid, clock.now())
    report(world.station, message)
    now_is(first, S.USED)
    second = active(world)
    report(world.station, replace(message, message_id="again"))
    now_is(second, S.ACTIVE)


def test_a_start_that_names_one_we_thought_was_over_still_tells_the_truth(world: World) -> None:
    row = active(world)
    Reservation.objects.filter(pk=row.pk).update(expires_at=ago(minutes=1))
    reservations_expire()
    now_is(row, S.EXPIRED)
    begun(world, reservation_id=row.wire_id)
    now_is(row, S.USED)


def test_a_number_of_another_station_is_nobodys(world: World) -> None:
    row = active(world)
    other = world.connected_station("OURS-2")
    report(other, start("SOMEBODY", clock.now(), reservation_id=row.wire_id))
    now_is(row, S.ACTIVE)


def test_its_time_ends_it_once(world: World, events: Events) -> None:
    """TC_047."""
    row = active(world)
    assert reservations_expire() == 0
    Reservation.objects.filter(pk=row.pk).update(expires_at=ago(seconds=1))
    assert (reservations_expire(), reservations_expire()) == (1, 0)
    now_is(row, S.EXPIRED)
    assert events.of("reservation.changed")[-1].payload["state"] == "expired"


def test_only_an_agreement_cancels(world: World) -> None:
    """TC_051."""
    row = active(world)
    reservation_cancel(row, SYSTEM)
    now_is(row, S.ACTIVE)
    answered(world, "Accepted")
    now_is(row, S.CANCELLED)


def test_a_refused_cancel_is_shown_and_changes_nothing(world: World) -> None:
    """TC_052."""
    row = active(world)
    reservation_cancel(row, SYSTEM)
    answered(world, "Rejected")
    assert "not cancelled" in now_is(row, S.ACTIVE).note
    reservation_cancel(row, SYSTEM)
    answered(world, "Accepted")
    now_is(row, S.CANCELLED)


def test_one_that_was_never_sent_is_cancelled_at_once(world: World) -> None:
    row = make(world)
    reservation_cancel(row, SYSTEM)
    now_is(row, S.CANCELLED)
    assert Command.objects.get().state == CommandState.CANCELLED


def test_one_that_is_being_asked_about_cannot_be_cancelled(world: World) -> None:
    row = make(world)
    command_claim(source_of(world.station), INSTANCE, by_subprotocol("ocpp1.6"))
    with pytest.raises(NotPossible, match="right now"):
        reservation_cancel(row, SYSTEM)
    now_is(row, S.REQUESTED)


def test_two_cancels_are_not_sent(world: World) -> None:
    row = active(world)
    reservation_cancel(row, SYSTEM)
    with pytest.raises(NotPossible, match="asked about it already"):
        reservation_cancel(row, SYSTEM)


def test_what_is_over_cannot_be_cancelled(world: World) -> None:
    row = active(world)
    begun(world)
    with pytest.raises(NotPossible, match="used already"):
        reservation_cancel(Reservation.objects.get(pk=row.pk), SYSTEM)


def test_asking_again_under_its_number_replaces_it(world: World) -> None:
    row = active(world)
    until = later(hours=5)
    reservation_change(row, until, SYSTEM)
    assert Reservation.objects.get().expires_at != until
    assert answered(world, "Accepted").payload["reservationId"] == row.wire_id
    assert now_is(row, S.ACTIVE).expires_at == until
    assert Reservation.objects.count() == 1


def test_a_refused_change_leaves_it_as_it_was(world: World) -> None:
    row = active(world)
    reservation_change(row, later(hours=5), SYSTEM)
    answered(world, "Rejected")
    assert now_is(row, S.ACTIVE).expires_at == row.expires_at
    assert "stands as it was" in row.note


def test_a_plain_command_makes_and_cancels_one_too(world: World) -> None:
    payload = {"connectorId": 1, "expiryDate": later(hours=1).isoformat(), "idTag": "ANY", "reservationId": 7}
    command_send(world.station, "ReserveNow", payload, SYSTEM)
    answered(world, "Accepted")
    row = Reservation.objects.get()
    assert (row.wire_id, row.evse_no, row.uid, row.state) == (7, 1, "ANY", S.ACTIVE)
    command_send(world.station, "CancelReservation", {"reservationId": 7}, SYSTEM)
    answered(world, "Accepted")
    now_is(row, S.CANCELLED)


def test_a_station_that_stays_away_was_never_asked(world: World) -> None:
    row = make(world)
    Command.objects.update(expires_at=ago(seconds=1))
    commands_sweep()
    assert "never asked" in now_is(row, S.FAILED).note


def test_a_lost_answer_says_that_the_place_may_be_kept(world: World) -> None:
    row = make(world)
    source = source_of(world.station)
    command = command_claim(source, INSTANCE, by_subprotocol("ocpp1.6"))
    assert command is not None
    command_sent(command, source.epoch)
    timeout = Reply(CommandState.TIMED_OUT, request="[]")
    command_answered(source, command, timeout, by_subprotocol("ocpp1.6"))
    assert "may keep" in now_is(row, S.FAILED).note
    begun(world, reservation_id=row.wire_id)
    now_is(row, S.USED)


def test_the_command_does_not_outlive_the_reservation(world: World) -> None:
    row = make(world, minutes=2)
    assert Command.objects.get().expires_at <= row.expires_at


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"uid": "NOBODY"}, "uid"),
        ({"until": timedelta(seconds=-1)}, "expires_at"),
        ({"until": timedelta(days=31)}, "expires_at"),
        ({"evse_no": 9}, "evse_no"),
    ],
)
def test_nonsense_is_refused_at_its_field(world: World, change: dict[str, Any], field: str) -> None:
    until = clock.now() + change.get("until", timedelta(hours=1))
    with pytest.raises(ValidationError) as refused:
        reservation_make(
            world.station, change.get("uid", world.tag.uid), until, SYSTEM, evse_no=change.get("evse_no", 0)
        )
    assert field in refused.value.message_dict
    assert not Reservation.objects.exists()
    assert not Command.objects.exists()


def test_a_blocked_tag_cannot_be_reserved_for(world: World) -> None:
    id_tag_block(world.tag, SYSTEM)
    with pytest.raises(ValidationError, match="blocked"):
        make(world)


def test_in_the_newer_version_the_token_may_come_later(world: World) -> None:
    from .reports import STARTED, UPDATED

    station = world.connected_station("OURS-201", "ocpp2.0.1")
    row = reservation_make(station, world.tag.uid, later(hours=1), SYSTEM, evse_no=1)
    Reservation.objects.filter(pk=row.pk).update(state=S.ACTIVE)
    plugged = start("", clock.now(), reference="tx-1", seq_no=0, token=None, fingerprint="", kind=STARTED)
    report(station, plugged)
    now_is(row, S.ACTIVE)
    report(station, replace(plugged, kind=UPDATED, seq_no=1, token=Token(world.tag.uid)))
    now_is(row, S.USED)
