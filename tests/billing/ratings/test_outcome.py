"""The outcome of a session: once, agreed at the start, held in doubt, posted to who pays."""

from typing import Any

import pytest
import time_machine
from django.db import IntegrityError, transaction

from billing.choices import BillingMode, Doubt, RatingState
from billing.models import JournalEntry, PriceAgreement, Rating
from billing.services.books.ledger import receivable_minor, wallet_minor
from billing.services.books.periods import period_close
from billing.services.books.postings import Told, top_up_captured
from billing.services.ratings.agreements import agreement_for, payer_set
from billing.services.ratings.decisions import NotDecidable, rating_release
from billing.services.ratings.outcome import session_rate
from chargers.models import Transaction
from chargers.services.transactions.end import infer
from cpms.core.actors import SYSTEM
from cpms.core.models import AuditLine, OutboxEvent

from .story import ENERGY, OPERATOR, Story, at

FLAT = '{"currency":"EUR","elements":[{"price_components":[{"type":"FLAT","price":2}]}]}'
FREE = ENERGY % "0"
IDLE = (
    '{"currency":"EUR","elements":[{"price_components":[{"type":"ENERGY","price":0.5},'
    '{"type":"TIME","price":6},{"type":"PARKING_TIME","price":60}]}]}'
)


def rated(session: Transaction) -> Rating:
    found = session_rate(session)
    assert found is not None
    return found


def doubted(story: Story) -> Rating:
    """A session whose meter ended below a reading: what it used is not known for sure."""
    story.begin()
    story.read(30, 5_000)
    return rated(story.end(60, 4_000))


def test_a_session_is_rated_once_it_is_over_and_charged_to_who_pays(story: Story) -> None:
    story.tariff()
    account = story.payer()
    final = rated(story.charged())
    assert (final.state, final.net_minor, final.tax_minor, final.gross_minor) == ("final", 500, 95, 595)
    assert final.energy_wh == 10_000
    assert receivable_minor(account) == 595
    charge = story.charge()
    assert charge is not None
    assert (charge.account, charge.attempt) == (account, 1)
    assert charge.amount == {"parts": [{"net_minor": 500, "tax_minor": 95, "tax_code": "DE-19"}]}
    story.settle()


def test_a_running_session_has_no_outcome(story: Story) -> None:
    story.tariff()
    assert session_rate(story.begin()) is None


def test_a_wallet_pays_as_far_as_it_goes(story: Story) -> None:
    story.tariff()
    account = story.payer(BillingMode.PREPAID)
    top_up_captured(account, "fake", 400, Told(at(0), "top-up"))
    rated(story.charged())
    assert (wallet_minor(account), receivable_minor(account)) == (0, 195)


def test_rating_again_and_again_changes_nothing(story: Story) -> None:
    """Seen failing with the look for a known outcome taken from `session_rate` and the constraint dropped."""
    story.tariff()
    account = story.payer()
    first = rated(story.charged())
    assert [rated(story.fresh()).pk for _ in range(3)] == [first.pk] * 3
    assert story.ratings() == [("final", 595)]
    assert receivable_minor(account) == 595
    assert JournalEntry.objects.filter(source=story.session.public_id).count() == 1


def test_the_database_refuses_a_second_outcome(story: Story) -> None:
    """Seen failing with the constraint `rating_one_outcome` dropped."""
    story.tariff()
    final = rated(story.charged())
    final.pk, final.public_id, final.attempt = None, "rtg_other", 2
    with pytest.raises(IntegrityError, match="rating_one_outcome"), transaction.atomic():
        final.save(force_insert=True)


@pytest.mark.parametrize(
    "change",
    [
        {"gross_minor": 1},
        {"result": ""},
        {"facts": "{}"},
        {"state": "held"},
        {"reason": "x"},
        {"version": None},
    ],
)
def test_the_database_refuses_to_change_a_final_price(story: Story, change: dict[str, Any]) -> None:
    """Seen failing with the trigger disabled."""
    story.tariff()
    final = rated(story.charged())
    with pytest.raises(IntegrityError, match="refused"), transaction.atomic():
        Rating.objects.filter(pk=final.pk).update(**change)


def test_the_database_refuses_to_remove_a_price_and_to_change_what_was_agreed(story: Story) -> None:
    """Seen failing with the triggers disabled."""
    story.tariff()
    final = rated(story.charged())
    with pytest.raises(IntegrityError, match="refused"), transaction.atomic():
        Rating.objects.filter(pk=final.pk).delete()
    with pytest.raises(IntegrityError, match="refused"), transaction.atomic():
        PriceAgreement.objects.filter(transaction=story.session).update(version=None)


# Who pays


def test_a_session_nobody_pays_for_is_rated_and_not_charged(story: Story) -> None:
    story.tariff()
    assert rated(story.charged()).gross_minor == 595
    assert story.charge() is None


def test_a_free_account_is_not_charged(story: Story) -> None:
    story.tariff()
    story.payer(BillingMode.FREE)
    assert rated(story.charged()).state == RatingState.FINAL
    assert story.charge() is None


def test_who_pays_is_settled_at_the_start(story: Story) -> None:
    story.tariff()
    agreement_for(story.begin())
    story.payer()
    rated(story.end(60, 10_000))
    assert story.charge() is None


def test_a_payer_can_be_named_for_a_guest_and_the_first_one_stays(story: Story) -> None:
    story.tariff()
    first, second = story.payer(BillingMode.AD_HOC), story.payer(BillingMode.POSTPAID)
    story.begin(token=None)
    assert payer_set(story.session, first).account == first
    assert payer_set(story.session, second).account == first
    rated(story.end(60, 10_000))
    assert receivable_minor(first) == 595


def test_a_session_of_a_closed_month_counts_in_the_month_in_which_it_became_known(story: Story) -> None:
    story.tariff()
    account = story.payer()
    session = story.charged()
    with time_machine.travel(at(40 * 1440), tick=False):
        period_close(story.world.organisation, at(0).date(), SYSTEM)
        rated(session)
    entry = JournalEntry.objects.get(source=session.public_id)
    assert (entry.booked_on.month, entry.occurred_at) == (4, at(60))
    assert receivable_minor(account) == 595


# Which price


def test_the_price_is_the_one_agreed_at_the_start(story: Story) -> None:
    """Seen failing with the version chosen at the end."""
    version = story.tariff()
    story.next_version(version.family, ENERGY % "9", 30)
    assert rated(story.charged()).gross_minor == 595


def test_an_offline_session_gets_the_version_that_was_valid_at_its_start(story: Story) -> None:
    version = story.tariff()
    story.next_version(version.family, ENERGY % "9", 90)
    story.begin(0, received=300, offline=True)
    story.end(60, 10_000, received=301)
    final = rated(story.fresh())
    assert (final.gross_minor, final.version) == (595, version)


def test_an_assignment_that_ends_meanwhile_changes_no_running_session(story: Story) -> None:
    version = story.tariff()
    agreement_for(story.begin())
    version.family.assignments.update(valid_to=at(0))
    assert rated(story.end(60, 10_000)).gross_minor == 595


def test_a_start_that_comes_late_renews_what_was_agreed(story: Story) -> None:
    """In 2.x an update may overtake its start; nothing was rated yet."""
    version = story.tariff()
    story.next_version(version.family, ENERGY % "9", -30)
    story.begin(0)
    assert agreement_for(story.session).version.number == 2
    Transaction.objects.filter(pk=story.session.pk).update(started_at=at(-60))
    assert agreement_for(story.fresh()).version == version


def test_a_card_that_is_removed_meanwhile_still_has_its_price_and_its_payer(story: Story) -> None:
    """Seen failing with the choice made again whenever the card differs."""
    story.tariff()
    story.tariff(ENERGY % "0.1", name="Members", audience="group", group=story.world.group)
    account = story.payer()
    agreement_for(story.begin())
    story.world.tag.delete()
    assert rated(story.end(60, 10_000)).gross_minor == 119
    assert receivable_minor(account) == 119


def test_without_a_tariff_there_is_no_price_and_nothing_is_charged(story: Story) -> None:
    account = story.payer()
    outcome = rated(story.charged())
    assert (outcome.state, outcome.gross_minor, outcome.energy_wh) == ("unpriced", None, 10_000)
    assert receivable_minor(account) == 0
    story.tariff()
    assert rated(story.fresh()).state == "unpriced"


def test_a_tariff_of_nothing_is_a_price_of_nothing(story: Story) -> None:
    story.tariff(FREE)
    story.payer()
    final = rated(story.charged())
    assert (final.state, final.gross_minor) == ("final", 0)
    charge = story.charge()
    assert charge is not None
    assert (charge.gross_minor, charge.entry) == (0, None)


@pytest.mark.parametrize(("minutes", "gross"), [(4, 0), (6, 200)])
def test_a_fixed_price_without_energy_is_due_only_when_the_place_was_blocked(
    story: Story, minutes: float, gross: int
) -> None:
    """Seen failing without `TERMS`."""
    story.tariff(FLAT)
    story.begin()
    assert rated(story.end(minutes, 0)).gross_minor == gross


def test_a_lost_stop_charges_time_up_to_the_last_evidence(story: Story) -> None:
    story.tariff(IDLE)
    story.begin()
    story.read(30, 5_000)
    infer(story.source(300), story.session, at(300), "the connector is free again and no stop came")
    final = rated(story.fresh())
    assert (final.state, final.gross_minor, final.ended_at) == ("final", 250 + 300, at(30))
    assert "missing_stop" in final.flags


# In doubt


def test_a_doubtful_meter_is_held_and_nothing_is_charged(story: Story) -> None:
    """Seen failing with `outcome_store` charging whatever the state is."""
    story.tariff()
    account = story.payer()
    held = doubted(story)
    assert (held.state, held.doubts[0]["code"], held.gross_minor) == ("held", Doubt.METER, 238)
    assert (story.charge(), receivable_minor(account)) == (None, 0)
    assert not JournalEntry.objects.filter(source=story.session.public_id).exists()


def test_a_released_price_is_final_charged_and_on_record(story: Story) -> None:
    story.tariff()
    account = story.payer()
    held = doubted(story)
    released = rating_release(held, OPERATOR, "meter was swapped")
    assert (released.state, released.reason, released.decided_by) == (
        "final",
        "meter was swapped",
        "user: jo@example.com",
    )
    assert receivable_minor(account) == 238
    line = AuditLine.objects.get(action="rating.made_final")
    assert (line.subject, line.detail["reason"]) == (story.session.public_id, "meter was swapped")
    with pytest.raises(NotDecidable, match="final"):
        rating_release(held, OPERATOR, "again")
    assert receivable_minor(account) == held.gross_minor


def test_a_price_is_not_released_without_a_reason(story: Story) -> None:
    story.tariff()
    held = doubted(story)
    with pytest.raises(NotDecidable, match="reason"):
        rating_release(held, OPERATOR, "  ")


def test_an_account_in_another_currency_holds_the_price(story: Story) -> None:
    story.tariff()
    story.payer(currency="SEK")
    assert rated(story.charged()).doubts == [{"code": "currency", "detail": "SEK, EUR"}]
    assert story.charge() is None


def test_a_credit_is_held_and_cannot_be_released(story: Story) -> None:
    story.tariff(ENERGY % "-0.5")
    story.payer()
    held = rated(story.charged())
    assert (held.state, held.doubts[0]["code"]) == ("held", Doubt.NEGATIVE)
    with pytest.raises(NotDecidable, match="credit"):
        rating_release(held, OPERATOR, "why not")


def test_an_end_before_the_start_is_held(story: Story) -> None:
    story.tariff()
    story.begin()
    story.read(30, 5_000)
    held = rated(story.end(-10, 5_000, received=40))
    assert (held.state, [one["code"] for one in held.doubts]) == ("held", [Doubt.TIMES])


def test_an_outcome_is_an_event(story: Story) -> None:
    story.tariff()
    final = rated(story.charged())
    event = OutboxEvent.objects.get(type="session.rated")
    assert (event.subject, event.payload["rating"]) == (story.session.public_id, final.public_id)
    assert (event.payload["state"], event.payload["gross_minor"]) == ("final", 595)


def test_the_choice_is_kept_with_its_reasons(story: Story) -> None:
    story.tariff(name="Everybody")
    story.tariff(ENERGY % "0.3", name="Here", scope="station", station=story.station)
    choice = rated(story.charged()).choice
    assert (choice["tariff"], choice["version"]) == ("Here", 1)
    assert [(one["tariff"], bool(one["reason"])) for one in choice["considered"]] == [
        ("Here", False),
        ("Everybody", True),
    ]
