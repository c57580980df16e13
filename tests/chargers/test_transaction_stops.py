"""Transaction messages that stop: which transaction they end, and only once."""

from dataclasses import replace

import pytest

from chargers.choices import TransactionEventKind, TransactionState
from chargers.domain import Token
from chargers.models import Transaction, TransactionEvent
from chargers.services.tags.id_tags import id_tag_update
from cpms.core.actors import SYSTEM
from tests.conftest import Events
from tests.worlds import World

from .reports import ago, another_station, report, start, started, stop


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


def test_a_stop_is_never_refused_for_its_tag(world: World) -> None:
    row = started(world)
    report(world.station, stop(row.reference, ago(minutes=1), 2000, token=Token("HardReset")))
    row.refresh_from_db()
    assert (row.state, row.stop_uid, row.uid) == (TransactionState.ENDED, "HardReset", world.tag.uid)
