"""Transaction messages: stored once, whoever repeats, contradicts or forgets what."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from chargers.choices import AuthorizationStatus, CaseKind, TransactionEventKind, TransactionState
from chargers.domain import Place, Token
from chargers.models import Authorization, MeterValue, StationConnection, Transaction, TransactionEvent
from chargers.services.source import Fenced
from chargers.services.tags.id_tags import id_tag_block, id_tag_update
from chargers.services.transactions.messages import transaction_report
from cpms.core.actors import SYSTEM
from tests.conftest import Events
from tests.worlds import World

from .reports import ago, another_station, reading, report, source_of, start, started, stop


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


def test_a_stop_ends_its_transaction_with_the_energy_between_the_registers(
    world: World, events: Events
) -> None:
    row = started(world, meter_wh=1000)
    ended_at = ago(minutes=1)
    report(world.station, stop(row.reference, ended_at, 8500, token=Token(world.tag.uid)))
    row.refresh_from_db()
    assert (row.state, row.ended_at, row.energy_wh) == (TransactionState.ENDED, ended_at, 7500)
    assert (row.stop_reason, row.stop_uid) == ("Local", world.tag.uid)
    assert row.flags == {}
    (event,) = events.of("transaction.ended")
    assert event.payload["energy_wh"] == 7500


def test_a_repeated_stop_changes_nothing(world: World, events: Events) -> None:
    row = started(world)
    message = stop(row.reference, ago(minutes=1), 2000)
    answers = [report(world.station, replace(message, message_id=f"try-{n}")).answer for n in range(3)]
    assert answers[0] == answers[1] == answers[2]
    row.refresh_from_db()
    assert (row.energy_wh, row.flags) == (1000, {})
    assert events.types().count("transaction.ended") == 1


def test_a_contradicting_stop_is_kept_beside_the_first(world: World) -> None:
    row = started(world)
    report(world.station, stop(row.reference, ago(minutes=2), 2000))
    for _ in range(2):
        report(world.station, stop(row.reference, ago(minutes=1), 9000))
    row.refresh_from_db()
    assert (row.energy_wh, row.ended_at) == (1000, ago(minutes=2))
    assert row.flags["stop_conflict"]["count"] == 1
    assert TransactionEvent.objects.filter(transaction=row, conflict=True).count() == 1


def test_a_stop_that_comes_again_with_another_time_contradicts_nothing(world: World) -> None:
    row = started(world)
    report(world.station, stop(row.reference, ago(minutes=2), 2000))
    again = report(world.station, stop(row.reference, ago(minutes=1), 2000, stop_reason="PowerLoss"))
    row.refresh_from_db()
    assert (row.ended_at, row.flags) == (ago(minutes=2), {})
    assert again.answer.reference == row.reference
    assert TransactionEvent.objects.filter(transaction=row, kind=TransactionEventKind.ENDED).count() == 1


def test_a_stop_of_another_stations_transaction_has_no_effect(world: World) -> None:
    """Seen failing with the station left out of `_mine` (CVE-2026-28230, B77)."""
    victim = started(world)
    attacker = another_station(world, "ATTACKER")
    report(attacker, stop(victim.reference, ago(minutes=1), 5000))
    victim.refresh_from_db()
    assert victim.state == TransactionState.CHARGING
    orphan = Transaction.objects.get(station=attacker)
    assert (orphan.state, orphan.energy_wh) == (TransactionState.ORPHANED, None)


def test_an_unknown_id_does_not_end_the_transaction_that_runs(world: World, events: Events) -> None:
    """Seen failing with unknown ids handed to `_by_context` (CVE-2023-49956, B78)."""
    row = started(world)
    message = stop("424242", ago(minutes=1), 5000)
    for _ in range(2):
        report(world.station, message)
    row.refresh_from_db()
    assert row.state == TransactionState.CHARGING
    assert Transaction.objects.filter(state=TransactionState.ORPHANED).count() == 1


@pytest.mark.parametrize("reference", ["-1", "0", ""])
def test_a_stop_without_an_id_ends_the_only_transaction_of_its_tag(world: World, reference: str) -> None:
    row = started(world)
    message = stop(reference, ago(minutes=1), 5000, token=Token(world.tag.uid.lower()))
    for _ in range(2):
        report(world.station, message)
    row.refresh_from_db()
    assert (row.state, row.energy_wh) == (TransactionState.ENDED, 4000)
    assert Transaction.objects.count() == 1


def test_a_stop_without_an_id_that_could_mean_two_ends_neither(world: World) -> None:
    id_tag_update(world.tag, SYSTEM, max_concurrent=None)
    rows = [started(world, evse_no=n) for n in (1, 2)]
    report(world.station, stop("-1", ago(minutes=1), 5000, token=Token(world.tag.uid)))
    for row in rows:
        row.refresh_from_db()
        assert row.state == TransactionState.CHARGING
    assert Transaction.objects.filter(state=TransactionState.ORPHANED).count() == 1


def test_a_stop_without_an_id_of_another_tag_ends_nothing(world: World) -> None:
    row = started(world)
    report(world.station, stop("-1", ago(minutes=1), 5000, token=Token("SOMEBODY")))
    row.refresh_from_db()
    assert row.state == TransactionState.CHARGING


def test_a_stop_without_an_id_from_before_the_start_ends_nothing(world: World) -> None:
    row = started(world)
    report(world.station, stop("-1", ago(hours=2), 5000, token=Token(world.tag.uid)))
    row.refresh_from_db()
    assert row.state == TransactionState.CHARGING


def test_a_meter_that_ran_backwards_never_makes_negative_energy(world: World) -> None:
    row = started(world, meter_wh=1000)
    values = (reading(ago(minutes=20), 1500), reading(ago(minutes=15), 0), reading(ago(minutes=10), 300))
    report(world.station, stop(row.reference, ago(minutes=1), 400, readings=values))
    row.refresh_from_db()
    assert row.energy_wh == 500 + 300 + 100
    assert "meter_backwards" in row.flags


def test_a_spike_of_a_meter_that_ran_backwards_is_not_energy(world: World) -> None:
    """Seen failing with every forward step taken: 99,950 kWh were the energy of the transaction."""
    row = started(world, meter_wh=50_000)
    walk = (50_005, 99_999_999, 50, 100)
    values = tuple(reading(ago(minutes=20 - n), wh) for n, wh in enumerate(walk))
    report(world.station, stop(row.reference, ago(minutes=1), 120, readings=values))
    row.refresh_from_db()
    assert row.energy_wh == 5 + 50 + 20
    assert "meter_backwards" in row.flags
    assert world.station.cases.get().kind == CaseKind.METER_ANOMALY


def test_a_spike_without_a_stop_register_is_not_energy(world: World) -> None:
    row = started(world, meter_wh=1000)
    values = (
        reading(ago(minutes=9), 1300),
        reading(ago(minutes=8), 5_000_000_000),
        reading(ago(minutes=7), 1700),
    )
    report(world.station, stop(row.reference, ago(minutes=1), None, readings=values))
    row.refresh_from_db()
    assert row.energy_wh == 700


def test_a_register_that_only_rises_is_believed_however_fast(world: World) -> None:
    """A long session that is told within a second, as test tools do."""
    row = started(world, meter_wh=0)
    report(world.station, stop(row.reference, ago(minutes=0), 60_000))
    row.refresh_from_db()
    assert row.energy_wh == 60_000


def test_a_stop_without_a_meter_uses_what_was_read_and_says_so(world: World) -> None:
    row = started(world, meter_wh=1000)
    report(
        world.station, stop(row.reference, ago(minutes=1), None, readings=(reading(ago(minutes=2), 1800),))
    )
    row.refresh_from_db()
    assert row.energy_wh == 800
    assert "meter_incomplete" in row.flags


def test_a_transaction_without_any_register_has_no_energy_rather_than_zero(world: World) -> None:
    row = started(world, meter_wh=None)
    report(world.station, stop(row.reference, ago(minutes=1), None))
    row.refresh_from_db()
    assert row.energy_wh is None
    assert "no_meter" in row.flags


@pytest.mark.parametrize(
    "at",
    [None, datetime(1970, 1, 1, tzinfo=UTC), datetime(2099, 1, 1, tzinfo=UTC), datetime(1, 1, 1, tzinfo=UTC)],
)
def test_a_clock_that_cannot_be_true_is_replaced_by_the_time_of_receipt(
    world: World, at: datetime | None
) -> None:
    received_at = ago(minutes=3)
    message = replace(start(world.tag.uid, ago(minutes=3)), at=at)
    row = report(world.station, message, received_at).transaction
    assert row.started_at == received_at
    assert "clock_error" in row.flags
    report(world.station, stop(row.reference, at, 2000), received_at + timedelta(minutes=1))
    row.refresh_from_db()
    assert row.ended_at == received_at + timedelta(minutes=1)
    assert row.energy_wh == 1000


NEVER_SET = datetime(1970, 1, 1, 0, 1, tzinfo=UTC)


def test_the_same_facts_after_a_reboot_with_a_lost_clock_are_another_transaction(world: World) -> None:
    message = start(world.tag.uid, NEVER_SET, 0, message_id="1")
    first = report(world.station, message).transaction
    report(world.station, stop(first.reference, NEVER_SET + timedelta(minutes=9), 500))
    second = report(world.station, replace(message, message_id="2")).transaction
    assert second.pk != first.pk
    assert second.state == TransactionState.CHARGING


def test_that_other_transaction_is_found_again_by_its_repeats(world: World) -> None:
    """Seen failing without `_running_again`: a repeat under a third message id made a third transaction."""
    message = start(world.tag.uid, NEVER_SET, 0, message_id="1")
    first = report(world.station, message).transaction
    report(world.station, stop(first.reference, NEVER_SET + timedelta(minutes=9), 500))
    again = [report(world.station, replace(message, message_id=str(n))).transaction.pk for n in (2, 2, 3, 4)]
    assert len(set(again)) == 1
    assert Transaction.objects.count() == 2


def test_a_late_repeat_of_a_start_with_a_good_clock_is_the_ended_one(world: World) -> None:
    message = start(world.tag.uid, ago(minutes=30))
    row = report(world.station, message).transaction
    report(world.station, stop(row.reference, ago(minutes=1), 2000))
    assert report(world.station, replace(message, message_id="late")).transaction.pk == row.pk
    assert Transaction.objects.count() == 1


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


def test_a_real_stop_corrects_an_inferred_end(world: World, events: Events) -> None:
    id_tag_update(world.tag, SYSTEM, max_concurrent=None)
    old = started(world, meter_wh=1000)
    report(world.station, start(world.tag.uid, ago(minutes=1)))
    report(world.station, stop(old.reference, ago(minutes=2), 6000))
    old.refresh_from_db()
    assert (old.state, old.energy_wh, old.ended_at) == (TransactionState.ENDED, 5000, ago(minutes=2))
    (corrected,) = events.of("transaction.corrected")
    assert corrected.payload["energy_wh"] == 5000
    assert events.types().count("transaction.ended") == 1


def test_an_inferred_end_takes_the_last_register_and_invents_nothing(world: World) -> None:
    id_tag_update(world.tag, SYSTEM, max_concurrent=None)
    old = report(
        world.station,
        start(world.tag.uid, ago(minutes=30), 1000, readings=(reading(ago(minutes=20), 1700),)),
    ).transaction
    report(world.station, start(world.tag.uid, ago(minutes=1)))
    old.refresh_from_db()
    assert (old.meter_stop_wh, old.energy_wh) == (1700, 700)


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


def test_a_stop_is_never_refused_for_its_tag(world: World) -> None:
    row = started(world)
    report(world.station, stop(row.reference, ago(minutes=1), 2000, token=Token("HardReset")))
    row.refresh_from_db()
    assert (row.state, row.stop_uid, row.uid) == (TransactionState.ENDED, "HardReset", world.tag.uid)


def test_readings_are_stored_once(world: World) -> None:
    values = (reading(ago(minutes=3), 1100), reading(ago(minutes=2), 1200))
    message = start(world.tag.uid, ago(minutes=5), readings=values)
    for _ in range(2):
        report(world.station, message)
    assert list(MeterValue.objects.values_list("energy_wh", flat=True)) == [1100, 1200]


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
