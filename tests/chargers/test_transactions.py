"""Transaction messages that start: stored once, whoever repeats or forgets what."""

from dataclasses import replace

import pytest

from chargers.choices import AuthorizationStatus, TransactionState
from chargers.domain import Place
from chargers.models import Authorization, StationConnection, Transaction, TransactionEvent
from chargers.services.source import Fenced
from chargers.services.tags.id_tags import id_tag_block, id_tag_update
from chargers.services.transactions.messages import transaction_report
from cpms.core.actors import SYSTEM
from tests.conftest import Events
from tests.worlds import World

from .reports import ago, another_station, report, source_of, start, started, stop


def test_a_start_makes_a_charging_transaction(world: World, events: Events) -> None:
    at = ago(minutes=5)
    told = report(world.station, start(world.tag.uid, at, 1000))
    row = Transaction.objects.get()
    assert (row.state, row.started_at, row.meter_start_wh) == (TransactionState.CHARGING, at, 1000)
    assert (row.evse_no, row.connector_no, row.id_tag) == (1, 1, world.tag)
    assert told.answer.reference == row.reference
    assert told.answer.token is not None
    assert told.answer.token.status == AuthorizationStatus.ACCEPTED
    assert events.types().count("transaction.started") == 1


def test_a_repeated_start_gets_the_same_id_and_changes_nothing(world: World, events: Events) -> None:
    """Seen failing with a random natural key: every repeat made a transaction."""
    message = start(world.tag.uid, ago(minutes=5))
    first = report(world.station, message)
    for number in range(3):
        again = report(world.station, replace(message, message_id=f"retry-{number}"))
        assert again.answer == first.answer
    assert Transaction.objects.count() == TransactionEvent.objects.count() == 1
    assert events.types().count("transaction.started") == 1


def test_a_repeated_start_is_never_concurrent_with_itself(world: World) -> None:
    assert world.tag.max_concurrent == 1
    message = start(world.tag.uid, ago(minutes=5))
    for _ in range(2):
        answer = report(world.station, message).answer
        assert answer.token is not None
        assert answer.token.status == AuthorizationStatus.ACCEPTED


def test_a_repeated_start_is_answered_afresh(world: World) -> None:
    message = start(world.tag.uid, ago(minutes=5))
    report(world.station, message)
    id_tag_block(world.tag, SYSTEM)
    answer = report(world.station, message).answer
    assert answer.token is not None
    assert answer.token.status == AuthorizationStatus.BLOCKED


def test_ids_cannot_be_guessed(world: World) -> None:
    """Seen failing with ids counted up: one station could stop another's transaction (CVE-2023-49956)."""
    ids = [int(report(world.station, start("X", ago(minutes=m))).answer.reference) for m in range(1, 20)]
    assert len(set(ids)) == len(ids)
    assert all(0 < number < 2**31 for number in ids)
    assert sum(number < 2**20 for number in ids) < 5
    assert sorted(ids) != ids


def test_a_second_start_of_a_tag_is_concurrent_but_stored(world: World) -> None:
    started(world)
    other = another_station(world, "CP-2")
    answer = report(other, start(world.tag.uid, ago(minutes=1))).answer
    assert answer.token is not None
    assert answer.token.status == AuthorizationStatus.CONCURRENT_TX
    row = Transaction.objects.get(station=other)
    assert (row.state, row.authorization) == (TransactionState.CHARGING, AuthorizationStatus.CONCURRENT_TX)


def test_a_lost_stop_does_not_shut_the_card_out_of_its_own_connector(world: World) -> None:
    lost = started(world)
    answer = report(world.station, start(world.tag.uid, ago(minutes=1))).answer
    assert answer.token is not None
    assert answer.token.status == AuthorizationStatus.ACCEPTED
    lost.refresh_from_db()
    assert lost.state == TransactionState.INFERRED_END


def test_a_second_start_of_a_tag_on_the_other_outlet_is_concurrent(world: World) -> None:
    started(world)
    answer = report(world.station, start(world.tag.uid, ago(minutes=1), evse_no=2)).answer
    assert answer.token is not None
    assert answer.token.status == AuthorizationStatus.CONCURRENT_TX


def test_an_accepted_start_infers_the_end_of_what_ran_there(world: World, events: Events) -> None:
    old = started(world)
    new = report(world.station, start("OTHER", ago(minutes=1)))
    assert new.answer.token is not None
    assert new.answer.token.status == AuthorizationStatus.INVALID
    old.refresh_from_db()
    assert old.state == TransactionState.CHARGING, "a refused start sweeps nobody"
    id_tag_update(world.tag, SYSTEM, max_concurrent=None)
    newest = report(world.station, start(world.tag.uid, ago(seconds=30))).transaction
    old.refresh_from_db()
    assert (old.state, old.ended_at) == (TransactionState.INFERRED_END, newest.started_at)
    assert "inferred_end" in old.flags
    (ended,) = [e for e in events.of("transaction.ended") if e.subject == old.public_id]
    assert ended.payload["inferred"] is True


def test_a_start_on_another_evse_infers_nothing(world: World) -> None:
    id_tag_update(world.tag, SYSTEM, max_concurrent=None)
    old = started(world, evse_no=1)
    report(world.station, start(world.tag.uid, ago(minutes=1), evse_no=2))
    old.refresh_from_db()
    assert old.state == TransactionState.CHARGING


def test_an_older_start_that_comes_late_does_not_end_the_newer_one(world: World) -> None:
    id_tag_update(world.tag, SYSTEM, max_concurrent=None)
    new = report(world.station, start(world.tag.uid, ago(minutes=5))).transaction
    report(world.station, start(world.tag.uid, ago(minutes=60)))
    new.refresh_from_db()
    assert new.state == TransactionState.CHARGING


def test_an_old_socket_cannot_write(world: World) -> None:
    """Seen failing without `check_epoch`."""
    row = started(world)
    late = source_of(world.station)
    StationConnection.objects.filter(station=world.station).update(epoch=late.epoch + 1)
    with pytest.raises(Fenced):
        transaction_report(late, stop(row.reference, ago(minutes=1), 5000))
    row.refresh_from_db()
    assert row.state == TransactionState.CHARGING


def test_an_unknown_tag_is_answered_invalid_and_its_start_is_stored(world: World) -> None:
    answer = report(world.station, start("NOBODY", ago(minutes=1))).answer
    assert answer.token is not None
    assert answer.token.status == AuthorizationStatus.INVALID
    assert Transaction.objects.get().uid == "NOBODY"
    assert Authorization.objects.get().status == AuthorizationStatus.INVALID


def test_the_tag_of_another_organisation_is_unknown_here(world: World, other_world: World) -> None:
    answer = report(world.station, start(other_world.tag.uid, ago(minutes=1))).answer
    assert answer.token is not None
    assert answer.token.status == AuthorizationStatus.INVALID


def test_a_start_nowhere_is_stored_and_sweeps_nobody(world: World) -> None:
    row = started(world)
    report(world.station, start(world.tag.uid, ago(minutes=1), place=None))
    row.refresh_from_db()
    assert row.state == TransactionState.CHARGING
    assert Transaction.objects.filter(evse_no=None).count() == 1


def test_long_texts_are_cut_and_not_lost(world: World) -> None:
    row = started(world)
    report(
        world.station, stop(row.reference, ago(minutes=1), 2000, stop_reason="x" * 300, message_id="m" * 900)
    )
    row.refresh_from_db()
    assert (row.state, row.stop_reason) == (TransactionState.ENDED, "x" * 40)
    report(world.station, start("u" * 300, ago(minutes=1), place=Place(3, 1), message_id="m" * 900))
