"""Included energy: taken once, exactly, never more than there is; corrections give it back."""

import json
from collections.abc import Iterator
from decimal import Decimal
from functools import partial

import pytest
import time_machine
from django.db import IntegrityError, transaction

from billing.choices import BillingMode, RatingState
from billing.models import EnergyGrant, EnergyUse, Rating
from billing.services.books.ledger import receivable_minor
from billing.services.ratings.again import difference
from billing.services.ratings.decisions import correction_accept, correction_reject, rating_release
from billing.services.ratings.late import session_review
from billing.services.ratings.outcome import session_rate
from billing.services.ratings.quotes import Asked, quote
from billing.services.ratings.running import session_estimate
from billing.services.ratings.words import lines
from billing.services.spending.watch import ahead_minor
from billing.services.subscriptions.periods import subscriptions_charge
from billing.services.subscriptions.subscribing import subscription_cancel
from cpms.core.actors import SYSTEM
from tests.billing.books.shop import at_once, books_empty
from tests.billing.ratings.story import ENERGY, OPERATOR, Story, at
from tests.worlds import World

from .club import Club, grant_of, percent, rated

FLAT = (
    '{"currency":"EUR","elements":[{"price_components":[{"type":"ENERGY","price":0.5,"vat":19},'
    '{"type":"FLAT","price":2,"vat":19}]}]}'
)


def entitled(rating: Rating) -> list[tuple[str, str]]:
    """Quantity and reason of the lines of included energy."""
    told = json.loads(rating.result)["breakdown"]
    return [(one["quantity"], one["reason"]) for one in told if one["line"] == "entitlement"]


def test_included_energy_is_free_and_told_in_the_breakdown(club: Club) -> None:
    account = club.member(club.plan()).account
    rating = club.session(0, 12_400)
    assert (rating.gross_minor, entitled(rating)) == (0, [("12400", "of the 50 kWh included in Flex")])
    assert grant_of(account).left_wh == 37_600


def test_a_receipt_says_how_much_of_what_was_included_was_used(club: Club) -> None:
    club.member(club.plan(rebate_per_kwh=Decimal("0.10"), percent=Decimal("12.5"), included_wh=4_000))
    told = [(one.title, one.sentence) for one in lines(club.session(0, 10_000)) if one.kind != "charge"]
    assert told[:3] == [
        ("Included units", "4 of the 4 kWh included in Flex"),
        ("Discount", "0.10 EUR off each kWh with Flex"),
        ("Discount", "12.5 % off with Flex"),
    ]


def test_what_goes_beyond_is_paid(club: Club) -> None:
    account = club.member(club.plan(included_wh=4_000)).account
    assert club.session(0, 10_000).gross_minor == 357
    assert grant_of(account).left_wh == 0
    assert club.session(100, 10_000).gross_minor == 595


def test_a_session_before_the_plan_pays_all(club: Club) -> None:
    rating_before = club.session(0, 10_000)
    club.member(club.plan(), since=at(70))
    assert rating_before.gross_minor == 595


def test_a_session_takes_from_the_month_in_which_it_began(club: Club) -> None:
    """Midnight of 2 April in Berlin is in the middle of it."""
    subscription = club.member(club.plan(included_wh=5_000))
    with time_machine.travel(at(60 * 24 * 32), tick=False):
        assert club.session(60 * 24 * 30 + 60 * 12.5, 6_000).gross_minor == 60
    used = EnergyGrant.objects.order_by("id").values_list("used_wh", flat=True)
    assert list(used) == [5_000]
    assert subscription.periods.count() == 1


def test_after_an_outage_the_month_that_was_not_charged_gives_its_energy(club: Club) -> None:
    subscription = club.member(club.plan())
    with time_machine.travel(at(60 * 24 * 40), tick=False):
        assert club.session(60 * 24 * 35, 10_000).gross_minor == 0
    assert subscription.periods.count() == 2
    assert receivable_minor(subscription.account) == 2 * 1190


def test_rating_again_takes_nothing_more(club: Club) -> None:
    account = club.member(club.plan()).account
    first = club.session(0, 12_400)
    assert rated(club.story.fresh()).pk == first.pk
    assert session_review(club.story.fresh()) is None
    assert grant_of(account).used_wh == 12_400


def test_the_same_facts_give_the_same_bytes_whatever_is_left_today(club: Club) -> None:
    club.member(club.plan(included_wh=15_000, rebate_per_kwh=Decimal("0.05"), percent=Decimal("10")))
    ratings = [club.session(0, 12_000), club.session(100, 12_000)]
    assert [rating.gross_minor for rating in ratings] == [0, 434]
    for rating in Rating.objects.all():
        assert difference(rating) is None
        assert difference(rating, from_evidence=True) is None


def test_what_is_left_is_part_of_what_was_hashed(club: Club) -> None:
    club.member(club.plan(included_wh=20_000))
    first, second = club.session(0, 5_000), club.session(100, 5_000)
    assert (first.gross_minor, second.gross_minor) == (0, 0)
    assert json.loads(first.facts)["agreed"]["grants"][0]["left_wh"] == 20_000
    assert json.loads(second.facts)["agreed"]["grants"][0]["left_wh"] == 15_000


def test_the_database_lets_no_more_be_used_than_is_included(club: Club) -> None:
    grant = grant_of(club.member(club.plan()).account)
    with pytest.raises(IntegrityError, match="grant_used_at_most_granted"), transaction.atomic():
        EnergyGrant.objects.filter(pk=grant.pk).update(used_wh=50_001)


# Corrections


def corrected(club: Club, energy_wh: int) -> Rating:
    """A proposal: the stop is told again with another register."""
    club.story.read(60, energy_wh, received=300)
    type(club.story.session).objects.filter(pk=club.story.session.pk).update(
        meter_stop_wh=club.story.register_wh + energy_wh
    )
    found = session_review(club.story.fresh())
    assert found is not None
    assert found.state == RatingState.PROPOSED
    return found


def test_a_correction_holds_more_until_it_is_rejected_and_gives_energy_back(club: Club) -> None:
    account = club.member(club.plan(included_wh=20_000)).account
    club.session(0, 25_000 // 2)
    proposal = corrected(club, 30_000 // 2)
    assert grant_of(account).used_wh == 15_000
    correction_reject(proposal, OPERATOR, "the meter was right")
    assert grant_of(account).used_wh == 12_500


def test_a_correction_takes_only_what_others_left(club: Club) -> None:
    """Seen failing with its own use not given back, and with the last rating's use instead of the most."""
    account = club.member(club.plan(included_wh=20_000)).account
    club.session(0, 10_000)
    first = club.story.session
    club.session(100, 7_000)
    club.story.session = first
    proposal = corrected(club, 16_000)
    assert entitled(proposal) == [("13000", "of the 20 kWh included in Flex")]
    assert grant_of(account).left_wh == 0
    correction_accept(proposal, OPERATOR, "the display shows it")
    assert grant_of(account).left_wh == 0
    assert dict(EnergyUse.objects.values_list("transaction_id", "used_wh"))[first.pk] == 13_000


def test_what_others_used_since_is_no_evidence_for_a_correction(club: Club) -> None:
    club.member(club.plan(included_wh=20_000))
    club.session(0, 10_000)
    first = club.story.fresh()
    club.session(100, 10_000)
    assert session_review(first) is None


def test_a_held_price_holds_its_energy_until_it_is_decided(club: Club) -> None:
    account = club.member(club.plan(included_wh=4_000)).account
    club.story.begin()
    club.story.read(30, 5_000)
    held = rated(club.story.end(60, 4_000))
    assert (held.state, grant_of(account).left_wh) == (RatingState.HELD, 0)
    assert club.session(100, 1_000).gross_minor == 60
    rating_release(held, OPERATOR, "looked at it")
    assert grant_of(account).used_wh == 4_000


# What else a plan gives


def test_percents_come_off(club: Club) -> None:
    club.member(club.plan(**percent("12.5")))
    rating = club.session(0, 10_000)
    assert rating.gross_minor == 521
    assert "12.5 % off with Flex" in rating.result


def test_a_rebate_comes_off_each_kwh_that_is_paid(club: Club) -> None:
    club.member(club.plan(included_wh=4_000, rebate_per_kwh=Decimal("0.10")))
    rating = club.session(0, 10_000)
    # 6 kWh at 0.40 and 19 %.
    assert rating.gross_minor == 286
    assert "0.1 EUR off each kWh with Flex" in rating.result


def test_the_start_is_free(club: Club) -> None:
    club.story.tariff(FLAT, "With start", priority=5)
    club.member(club.plan(included_wh=0, has_free_start=True))
    assert club.session(0, 10_000).gross_minor == 595


def test_subscribers_get_the_tariffs_of_a_group(club: Club) -> None:
    group = club.story.world.group
    tag = club.story.world.tag
    type(tag).objects.filter(pk=tag.pk).update(group=None)
    club.story.tariff(ENERGY % "0.3", "Members", audience="group", group=group)
    subscription = club.member(club.plan(included_wh=0, group=group))
    assert club.session(0, 10_000).gross_minor == 357
    subscription_cancel(subscription, SYSTEM)
    with time_machine.travel(at(60 * 24 * 40), tick=False):
        assert club.session(60 * 24 * 35, 10_000).gross_minor == 595


# Running cost, quotes, limits


def test_the_running_cost_knows_what_is_left_and_takes_nothing(club: Club) -> None:
    account = club.member(club.plan(included_wh=4_000)).account
    club.story.begin()
    club.story.read(30, 5_000)
    estimate = session_estimate(club.story.session)
    assert estimate is not None
    assert (estimate.gross_minor, grant_of(account).used_wh) == (60, 0)
    assert rated(club.story.end(60, 5_000)).gross_minor == 60


def test_what_may_be_added_until_the_next_look_is_at_the_full_price(club: Club) -> None:
    """Half an hour of 5 kWh cost 2.98 without the plan, so two minutes more cost 0.20 and not a part of 0.60.

    Seen failing with the reduced price.
    """
    club.member(club.plan(included_wh=4_000))
    club.story.begin()
    club.story.read(30, 5_000)
    with time_machine.travel(at(30), tick=False):
        estimate = session_estimate(club.story.session)
        assert estimate is not None
        assert ahead_minor(estimate) == 20


def test_a_quote_for_a_payer_knows_his_plan(club: Club) -> None:
    account = club.member(club.plan(included_wh=4_000)).account
    asked = Asked(club.story.station, 1, None, at(0), 10_000, power_w=10_000)
    assert quote(asked).gross_minor == 595
    its = Asked(club.story.station, 1, None, at(0), 10_000, power_w=10_000, account=account)
    assert quote(its).gross_minor == 357
    assert grant_of(account).used_wh == 0


# At the same time


@pytest.fixture
def committed(transactional_db: None) -> Iterator[Club]:
    with time_machine.travel(at(-1440), tick=False):
        told = Story(World("ALPHA"))
        _ = (told.station, told.world.tag)
    told.tariff()
    try:
        with time_machine.travel(at(12 * 60), tick=False):
            yield Club(told)
    finally:
        books_empty()


def test_sessions_that_end_at_the_same_time_never_take_more_than_is_included(committed: Club) -> None:
    """Seen failing with `_take_included` left out of `outcome_store`: the database refused the third session."""
    account = committed.member(committed.plan(included_wh=14_000), BillingMode.POSTPAID).account
    sessions = [committed.ended(minutes, 5_000) for minutes in (0, 100, 200, 300)]
    ratings = at_once(*(partial(session_rate, session) for session in sessions * 2))
    assert not [one for one in ratings if isinstance(one, Exception)]
    grant = grant_of(account)
    free = sum(Decimal(quantity) for one in Rating.objects.all() for quantity, _ in entitled(one))
    assert (grant.used_wh, free) == (14_000, 14_000)
    # 6 of 20 kWh are paid, beside the fee: 1 kWh of one session and 5 of another.
    assert receivable_minor(account) == 1190 + 60 + 298
    assert [difference(one) for one in Rating.objects.all()] == [None] * 4


def test_a_month_is_charged_once_by_workers_at_the_same_time(committed: Club) -> None:
    """Seen failing with the lock of the subscription taken away."""
    subscription = committed.member(committed.plan())
    with time_machine.travel(at(60 * 24 * 65), tick=False):
        made = at_once(*[subscriptions_charge] * 6)
    assert sorted(str(one) for one in made) == ["0"] * 5 + ["2"]
    assert receivable_minor(subscription.account) == 3 * 1190
