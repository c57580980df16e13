"""The reconciliation desk: what becomes a case, what is proposed, what accepting and dismissing does."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from chargers.choices import CaseFix, CaseKind, CaseState, TransactionState
from chargers.domain import Place, Token
from chargers.explain import cases as words
from chargers.models import Case, MeterValue, Transaction
from chargers.services.cases.desk import CaseClosed, case_accept, case_dismiss, cases_dismiss
from chargers.services.cases.fixes import CannotFix
from chargers.services.cases.review import orphans_refresh, reading_unmatched
from chargers.services.tags.id_tags import id_tag_create
from chargers.services.transactions.messages import transaction_report
from chargers.services.transactions.stale import stale_transactions_close
from cpms.core import clock
from cpms.core.actors import Actor
from cpms.core.models import AuditLine
from tests.conftest import Events
from tests.worlds import World

from .reports import ago, reading, report, source_of, start, started, stop

ANNA = Actor("anna@example.com", source="user")


def the_case(kind: CaseKind) -> Case:
    return Case.objects.get(kind=kind)


def inferred(world: World) -> Transaction:
    """A transaction whose stop was lost: a newer one of another card started at its place."""
    row = started(world, readings=(reading(ago(minutes=20), 4000),))
    id_tag_create(world.organisation, ANNA, uid="OTHER")
    report(world.station, start("OTHER", ago(minutes=10), 9000))
    row.refresh_from_db()
    assert row.state == TransactionState.INFERRED_END
    return row


def test_a_plain_transaction_makes_no_case(world: World) -> None:
    row = started(world)
    report(world.station, stop(row.reference, ago(minutes=1), 2000))
    assert not Case.objects.exists()


def test_a_stop_nobody_knows_is_a_case_that_proposes_the_transaction_it_fits(
    world: World, events: Events
) -> None:
    row = started(world)
    message = stop("4711", ago(minutes=1), 8500, token=Token(world.tag.uid))
    report(world.station, message)
    case = the_case(CaseKind.ORPHAN_STOP)
    assert (case.state, case.evidence["reference"], case.evidence["meter_wh"]) == (
        CaseState.OPEN,
        "4711",
        8500,
    )
    assert case.options[0]["fix"] == CaseFix.ATTACH
    assert (case.options[0]["target"], case.options[0]["energy_wh"]) == (row.public_id, 7500)
    assert events.types().count("case.opened") == 1
    row.refresh_from_db()
    assert row.state == TransactionState.CHARGING


def test_a_number_of_another_station_is_named_as_such_and_strangers_stay_unnamed(
    world: World, other_world: World
) -> None:
    """Seen failing with "We never gave out that number"."""
    mine, theirs = started(world), started(other_world)
    second = world.connected_station("SECOND")
    for row, owner in ((mine, f"station {world.station.identity}"), (theirs, "another station")):
        report(second, stop(row.reference, ago(minutes=1), 8500))
        case = Case.objects.get(kind=CaseKind.ORPHAN_STOP, evidence__reference=row.reference)
        told = words.story(case)
        assert f"We gave that number to {owner}, not to this one" in told
        assert "never gave out" not in told
        assert other_world.station.identity not in told
    report(second, stop("4711", ago(minutes=1), 8500))
    unknown = Case.objects.get(kind=CaseKind.ORPHAN_STOP, evidence__reference="4711")
    assert "We never gave out that number" in words.story(unknown)


def test_readings_for_a_number_of_another_station_say_so(world: World) -> None:
    row, second = started(world), world.connected_station("SECOND")
    reading_unmatched(second.pk, row.reference, Place(1, 1), ago(minutes=1))
    assert f"We gave that number to station {world.station.identity}" in words.story(
        the_case(CaseKind.STRAY_READING)
    )


def test_the_same_cause_again_is_the_same_case(world: World, events: Events) -> None:
    """Seen failing with the moment of receipt in the key."""
    started(world)
    for number in range(3):
        report(world.station, stop("4711", ago(minutes=1), 8500, message_id=f"try-{number}"))
    assert Case.objects.count() == 1
    assert events.types().count("case.opened") == 1


def test_accepting_attaches_the_stop_and_records_who_did_it(world: World, events: Events) -> None:
    row = started(world)
    report(world.station, stop("4711", ago(minutes=1), 8500, token=Token(world.tag.uid)))
    case = case_accept(the_case(CaseKind.ORPHAN_STOP), ANNA, reason="the driver called")
    row.refresh_from_db()
    assert (row.state, row.energy_wh, row.ended_at) == (TransactionState.ENDED, 7500, ago(minutes=1))
    assert (case.state, case.fix, case.resolved_by) == (
        CaseState.ACCEPTED,
        CaseFix.ATTACH,
        "user: anna@example.com",
    )
    line = AuditLine.objects.get(action="transaction.corrected")
    assert (line.subject, line.actor_label) == (row.public_id, "user: anna@example.com")
    assert (line.detail["before"]["energy_wh"], line.detail["after"]["energy_wh"]) == (None, 7500)
    assert events.types().count("transaction.corrected") == events.types().count("case.resolved") == 1


def test_an_attached_stop_that_comes_again_changes_nothing(world: World) -> None:
    row = started(world)
    message = stop("4711", ago(minutes=1), 8500, token=Token(world.tag.uid))
    report(world.station, message)
    case_accept(the_case(CaseKind.ORPHAN_STOP), ANNA)
    report(world.station, message)
    row.refresh_from_db()
    assert (row.energy_wh, row.flags) == (7500, {})
    assert Case.objects.count() == 1


def test_what_fits_nothing_is_never_billed(world: World) -> None:
    report(world.station, stop("4711", ago(minutes=1), 8500))
    case = the_case(CaseKind.ORPHAN_STOP)
    assert [option["fix"] for option in case.options] == [CaseFix.IGNORE]
    case_accept(case, ANNA)
    assert Transaction.objects.get().energy_wh is None


def test_a_card_that_did_not_start_it_is_no_proposal(world: World) -> None:
    """Seen failing with the candidates offered in the order they were found."""
    started(world)
    report(world.station, stop("4711", ago(minutes=1), 8500, token=Token("SOMEBODY-ELSE")))
    assert the_case(CaseKind.ORPHAN_STOP).options[0]["fix"] == CaseFix.IGNORE


def test_a_start_that_arrives_later_is_proposed_then(world: World) -> None:
    report(world.station, stop("4711", ago(minutes=1), 8500, token=Token(world.tag.uid)))
    row = started(world)
    assert orphans_refresh() == 1
    assert the_case(CaseKind.ORPHAN_STOP).options[0]["target"] == row.public_id


def test_a_transaction_that_got_its_own_stop_takes_no_other(world: World) -> None:
    row = started(world)
    report(world.station, stop("4711", ago(minutes=1), 8500, token=Token(world.tag.uid)))
    report(world.station, stop(row.reference, ago(minutes=1), 3000))
    with pytest.raises(CannotFix):
        case_accept(the_case(CaseKind.ORPHAN_STOP), ANNA)
    row.refresh_from_db()
    assert row.energy_wh == 2000
    assert the_case(CaseKind.ORPHAN_STOP).is_open


def test_a_stop_without_an_id_is_an_offline_session(world: World) -> None:
    message = stop("-1", ago(minutes=1), 8500, notes=("transaction_id_invalid",))
    report(world.station, message)
    assert the_case(CaseKind.OFFLINE_STOP).is_open


def test_a_second_stop_with_other_figures_can_replace_the_first(world: World) -> None:
    row = started(world, readings=(reading(ago(minutes=3), 8900),))
    report(world.station, stop(row.reference, ago(minutes=2), 2000))
    report(world.station, stop(row.reference, ago(minutes=1), 9000))
    case = the_case(CaseKind.STOP_CONFLICT)
    # The reading before both stops speaks for the later one.
    assert [option["fix"] for option in case.options] == [CaseFix.TAKE_LATER, CaseFix.KEEP_FIRST]
    case_accept(case, ANNA)
    row.refresh_from_db()
    assert (row.energy_wh, row.ended_at, row.flags) == (8000, ago(minutes=1), {})


def test_keeping_the_first_stop_changes_no_figure(world: World) -> None:
    row = started(world)
    report(world.station, stop(row.reference, ago(minutes=2), 2000))
    report(world.station, stop(row.reference, ago(minutes=1), 1500))
    case = the_case(CaseKind.STOP_CONFLICT)
    assert case.options[0]["fix"] == CaseFix.KEEP_FIRST
    case_accept(case, ANNA)
    row.refresh_from_db()
    assert (row.energy_wh, row.flags) == (1000, {})
    assert not AuditLine.objects.filter(action="transaction.corrected").exists()


def test_an_inferred_end_waits_to_be_confirmed(world: World) -> None:
    row = inferred(world)
    case = the_case(CaseKind.INFERRED_END)
    assert (case.options[0]["fix"], case.options[0]["energy_wh"]) == (CaseFix.CONFIRM_END, 3000)
    case_accept(case, ANNA)
    row.refresh_from_db()
    assert (row.state, row.energy_wh) == (TransactionState.ENDED, 3000)


def test_a_late_real_stop_corrects_an_inferred_end_and_settles_its_case(world: World, events: Events) -> None:
    """Seen failing with `_settle` left out of the review."""
    row = inferred(world)
    report(world.station, stop(row.reference, ago(minutes=12), 7000))
    row.refresh_from_db()
    case = the_case(CaseKind.INFERRED_END)
    assert (row.energy_wh, row.state, case.state) == (6000, TransactionState.ENDED, CaseState.SETTLED)
    assert row.flags == {}
    line = AuditLine.objects.get(action="transaction.corrected")
    assert line.actor_label == f"station: {world.station.identity}"
    assert (line.detail["before"]["energy_wh"], line.detail["after"]["energy_wh"]) == (3000, 6000)
    assert events.types().count("transaction.corrected") == 1


def test_a_real_stop_after_a_confirmed_end_corrects_it_and_asks(world: World) -> None:
    row = inferred(world)
    case_accept(the_case(CaseKind.INFERRED_END), ANNA)
    report(world.station, stop(row.reference, ago(minutes=12), 7000))
    row.refresh_from_db()
    assert row.energy_wh == 6000
    case = the_case(CaseKind.LATE_STOP)
    assert [option["fix"] for option in case.options] == [CaseFix.KEEP, CaseFix.RESTORE]
    case_accept(case, ANNA, option=1)
    row.refresh_from_db()
    assert row.energy_wh == 3000


def test_a_meter_that_jumps_is_not_believed_blindly(world: World) -> None:
    row = started(world, readings=(reading(ago(minutes=20), 2000), reading(ago(minutes=10), 3500)))
    report(world.station, stop(row.reference, ago(minutes=1), 9_001_000))
    case = the_case(CaseKind.METER_ANOMALY)
    assert (case.options[0]["fix"], case.options[0]["meter_wh"]) == (CaseFix.TAKE_PLAUSIBLE, 3500)
    case_accept(case, ANNA)
    row.refresh_from_db()
    assert row.energy_wh == 2500


def test_a_meter_that_ran_backwards_can_count_for_nothing(world: World) -> None:
    row = started(world)
    report(world.station, stop(row.reference, ago(minutes=1), 400))
    case = the_case(CaseKind.METER_ANOMALY)
    nothing = [option["fix"] for option in case.options].index(CaseFix.NO_ENERGY)
    case_accept(case, ANNA, option=nothing)
    row.refresh_from_db()
    assert row.energy_wh is None
    report(world.station, stop(row.reference, ago(minutes=1), 400))
    row.refresh_from_db()
    assert row.energy_wh is None


def test_a_clock_of_1970_keeps_the_duration_it_counted(world: World) -> None:
    early = datetime(1970, 1, 1, 0, 5, tzinfo=UTC)
    row = report(world.station, start(world.tag.uid, early), received_at=ago(minutes=5)).transaction
    report(
        world.station, stop(row.reference, early + timedelta(minutes=42), 8500), received_at=ago(minutes=1)
    )
    case = the_case(CaseKind.CLOCK)
    assert case.options[0] == {"fix": CaseFix.OWN_DURATION, "seconds": 42 * 60}
    case_accept(case, ANNA)
    row.refresh_from_db()
    assert row.ended_at is not None
    assert row.ended_at - row.started_at == timedelta(minutes=42)


def test_a_late_start_of_a_refused_card_can_be_given_to_the_card_once_it_is_known(world: World) -> None:
    row = report(world.station, start("STRANGER", ago(hours=3)), received_at=ago(hours=1)).transaction
    assert the_case(CaseKind.OFFLINE_START).options == [{"fix": CaseFix.KEEP}]
    tag = id_tag_create(world.organisation, ANNA, uid="stranger", label="Bo")
    report(world.station, start("STRANGER", ago(hours=3)), received_at=ago(minutes=50))
    case_accept(the_case(CaseKind.OFFLINE_START), ANNA)
    row.refresh_from_db()
    assert row.id_tag == tag


def test_a_quarantined_message_is_a_case(world: World) -> None:
    report(world.station, start(world.tag.uid, ago(minutes=5), None, notes=("quarantined",)))
    assert the_case(CaseKind.QUARANTINED).is_open


def test_readings_of_a_transaction_nobody_knows_can_be_given_to_the_one_that_ran_there(world: World) -> None:
    row = started(world)
    MeterValue.objects.create(
        station=world.station,
        evse_no=1,
        taken_at=ago(minutes=5),
        received_at=ago(minutes=5),
        energy_wh=5000,
        digest=1,
    )
    for _ in range(2):
        reading_unmatched(world.station.pk, "999", Place(1, 1), ago(minutes=5))
    case = the_case(CaseKind.STRAY_READING)
    assert case.options[0]["target"] == row.public_id
    case_accept(case, ANNA)
    assert MeterValue.objects.get(digest=1).transaction == row


def test_a_closed_case_is_closed(world: World) -> None:
    report(world.station, stop("4711", ago(minutes=1), 8500))
    case = case_dismiss(the_case(CaseKind.ORPHAN_STOP), ANNA, "a test of the installer")
    assert (case.state, case.reason) == (CaseState.DISMISSED, "a test of the installer")
    with pytest.raises(CaseClosed):
        case_accept(case, ANNA)
    assert cases_dismiss([case], ANNA, "again") == 0


def test_a_place_that_is_no_option_is_a_mistake(world: World) -> None:
    report(world.station, stop("4711", ago(minutes=1), 8500))
    for place in (7, -1):
        with pytest.raises(IndexError):
            case_accept(the_case(CaseKind.ORPHAN_STOP), ANNA, option=place)
    assert the_case(CaseKind.ORPHAN_STOP).is_open


def test_a_case_that_cannot_be_written_never_costs_the_message(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    from chargers.services.cases import options as cases_options

    monkeypatch.setattr(cases_options, "MOST_CANDIDATES", "not a number")
    report(world.station, stop("4711", ago(minutes=1), 8500))
    assert Transaction.objects.get().state == TransactionState.ORPHANED
    assert not Case.objects.exists()


def test_a_connector_that_is_free_again_closes_and_makes_a_case(world: World) -> None:
    started(world)
    long_ago = clock.now() - timedelta(hours=2)
    world.station.connection.__class__.objects.update(opened_at=long_ago)
    world.station.evses.get().connectors.update(status="Available", status_received_at=ago(minutes=20))
    assert stale_transactions_close() == 1
    assert the_case(CaseKind.INFERRED_END).evidence["why"] == "the connector is free again and no stop came"


def test_transaction_messages_of_a_fenced_socket_make_no_case(world: World) -> None:
    source = replace(source_of(world.station), epoch=99)
    with pytest.raises(Exception, match="epoch"):
        transaction_report(source, stop("4711", ago(minutes=1), 8500))
    assert not Case.objects.exists()
