"""What comes after the outcome: a held price is rated again, a final one gets a proposal that somebody decides."""

import pytest
import time_machine

from billing.models import JournalEntry, Rating
from billing.services.books.ledger import receivable_minor
from billing.services.ratings.decisions import NotDecidable, correction_accept, correction_reject
from billing.services.ratings.follow import sessions_sweep
from billing.services.ratings.late import session_review
from billing.services.ratings.outcome import session_rate
from chargers.choices import CaseKind
from chargers.models import Case
from chargers.services.cases.desk import case_accept
from chargers.services.transactions.end import infer

from .story import OPERATOR, Story, at


@pytest.fixture
def corrected(story: Story) -> Rating:
    """A session that was closed for want of a stop and charged; the real stop says more."""
    story.tariff()
    story.payer()
    story.begin()
    story.read(30, 5_000)
    infer(story.source(300), story.session, at(300), "the connector is free again and no stop came")
    session_rate(story.fresh())
    assert story.ratings() == [("final", 298)]
    story.session = story.fresh()
    story.end(60, 10_000, received=400)
    found = session_review(story.fresh())
    assert found is not None
    return found


def receivable(story: Story) -> int:
    charge = story.charge()
    assert charge is not None
    return receivable_minor(charge.account)


def test_a_later_stop_makes_a_proposal_and_moves_no_money(story: Story, corrected: Rating) -> None:
    assert (corrected.state, corrected.gross_minor) == ("proposed", 595)
    assert story.ratings() == [("final", 298), ("proposed", 595)]
    assert receivable(story) == 298


def test_the_same_evidence_makes_one_proposal(story: Story, corrected: Rating) -> None:
    assert session_review(story.fresh()) is None
    assert story.ratings() == [("final", 298), ("proposed", 595)]


def test_an_accepted_correction_takes_the_charge_back_and_makes_it_anew(
    story: Story, corrected: Rating
) -> None:
    accepted = correction_accept(corrected, OPERATOR, "the stop was queued")
    assert story.ratings() == [("superseded", 298), ("final", 595)]
    charge = story.charge()
    assert charge is not None
    assert (charge.attempt, charge.gross_minor, receivable(story)) == (accepted.attempt, 595, 595)
    kinds = (
        JournalEntry.objects.filter(source=story.session.public_id)
        .order_by("id")
        .values_list("kind", flat=True)
    )
    assert list(kinds) == ["final_rating", "reversal", "final_rating"]
    with pytest.raises(NotDecidable):
        correction_accept(corrected, OPERATOR, "twice")
    story.settle()


def test_a_rejected_correction_changes_nothing_and_is_not_proposed_again(
    story: Story, corrected: Rating
) -> None:
    """Seen failing without `_was_rejected`."""
    correction_reject(corrected, OPERATOR, "goodwill")
    story.read(45, 7_500, received=410)
    assert session_review(story.fresh()) is None
    assert story.ratings() == [("final", 298), ("rejected", 595)]
    assert receivable(story) == 298


def test_evidence_that_changes_no_price_proposes_nothing(story: Story) -> None:
    story.tariff()
    session_rate(story.charged())
    story.read(45, 7_500, received=100)
    assert session_review(story.fresh()) is None
    assert story.ratings() == [("final", 595)]


def test_late_readings_are_found_by_the_sweep(story: Story) -> None:
    """Prices of before half past differ from those of after it: a reading in between says what flowed when."""
    story.tariff(
        '{"currency":"EUR","elements":[{"price_components":[{"type":"ENERGY","price":1}],'
        '"restrictions":{"end_time":"10:30"}},{"price_components":[{"type":"ENERGY","price":0}]}]}'
    )
    story.begin()
    with time_machine.travel(at(61), tick=False):
        session_rate(story.end(60, 10_000))
    assert story.ratings() == [("final", 500)]
    story.read(30, 9_000, received=120)
    with time_machine.travel(at(180), tick=False):
        sessions_sweep()
        assert story.ratings() == [("final", 500), ("proposed", 900)]
    with time_machine.travel(at(190), tick=False):
        sessions_sweep()
        assert story.ratings() == [("final", 500), ("proposed", 900)]


def test_a_held_price_is_rated_again_when_the_desk_has_settled_the_meter(story: Story) -> None:
    story.tariff()
    story.payer()
    story.begin()
    story.read(30, 5_000)
    held = session_rate(story.end(60, -5_000))
    assert held is not None
    assert held.state == "held"
    case = Case.objects.get(transaction=story.session, kind=CaseKind.METER_ANOMALY)
    chosen = next(i for i, option in enumerate(case.options) if option["fix"] == "no_energy")
    case_accept(case, OPERATOR, option=chosen, reason="meter is broken")
    again = session_review(story.fresh())
    assert again is not None
    assert (again.state, again.gross_minor, again.energy_wh) == ("final", 0, 0)
    assert [state for state, _ in story.ratings()] == ["superseded", "final"]


def test_a_session_without_an_outcome_has_nothing_to_review(story: Story) -> None:
    story.tariff()
    assert session_review(story.begin()) is None
