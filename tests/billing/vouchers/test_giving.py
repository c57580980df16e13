"""What sessions get of vouchers: the right money, once, in the books and out of the rating."""

import json
from collections.abc import Iterator
from functools import partial

import pytest
import time_machine

from billing.choices import BillingMode, RatingState
from billing.models import JournalEntry, Rating, VoucherRedemption, VoucherUse
from billing.services.books.checks import books_check
from billing.services.books.ledger import balance_minor, receivable_minor, wallet_minor
from billing.services.books.postings import Told, top_up_captured
from billing.services.ratings.again import difference
from billing.services.ratings.decisions import correction_accept
from billing.services.ratings.late import session_review
from billing.services.ratings.outcome import session_rate
from billing.services.ratings.quotes import Asked, quote
from billing.services.ratings.running import session_estimate
from billing.services.ratings.words import lines
from billing.services.spending.watch import spending_watch
from billing.services.vouchers.giving import credit_left, credit_paying
from chargers.models import Site
from tests.billing.books.shop import at_once, books_empty
from tests.billing.ratings.story import OPERATOR, Story, at
from tests.worlds import World

from .giver import DAY, TEN_KWH, TENTH, Giver, fresh, rated


def marketing(giver: Giver) -> int:
    return balance_minor(giver.story.world.organisation.pk, "marketing", "EUR")


def test_money_pays_what_it_can_and_leaves_price_and_tax_alone(giver: Giver) -> None:
    """Seen failing with all of the voucher counted as left, and with more paid than is left."""
    redemption = giver.given()
    rating = giver.session(0, 5_000)
    assert (rating.net_minor, rating.tax_minor, rating.gross_minor) == (250, 48, 298)
    assert "Spring" not in rating.facts + rating.result
    assert (receivable_minor(redemption.account), marketing(giver)) == (0, 298)
    assert fresh(redemption).left_minor == 202
    assert giver.session(100, 10_000).gross_minor == 595
    assert (receivable_minor(redemption.account), marketing(giver)) == (595 - 202, 500)
    assert fresh(redemption).left_minor == 0
    assert books_check() == []


def test_an_empty_wallet_is_filled_by_the_voucher_and_pays(giver: Giver) -> None:
    redemption = giver.given(BillingMode.PREPAID)
    top_up_captured(redemption.account, "fake", 100, Told(at(-30), "top-up"))
    giver.session(0, 10_000)
    account = redemption.account
    assert (wallet_minor(account), receivable_minor(account)) == (5, 0)
    kinds = list(JournalEntry.objects.order_by("pk").values_list("kind", flat=True))
    assert kinds == ["top_up", "voucher_paid", "final_rating"]


def test_the_voucher_that_ends_first_pays_first(giver: Giver) -> None:
    late = giver.given(name="Late", ends_at=at(20 * DAY))
    giver.campaign("Early", ends_at=at(10 * DAY))
    early = giver.redeem(late.account, "Early")
    giver.session(0, 10_000)
    assert (fresh(early).left_minor, fresh(late).left_minor) == (0, 405)


@pytest.mark.parametrize(("minutes", "left"), [(-65.1, 500), (-65, 0), (10 * DAY - 1, 0), (10 * DAY, 500)])
def test_it_is_for_sessions_that_begin_while_it_lasts(giver: Giver, minutes: float, left: int) -> None:
    """Five minutes before it was redeemed, too: a station's clock may be behind."""
    redemption = giver.given(ends_at=at(10 * DAY))
    giver.session(minutes, 10_000)
    assert fresh(redemption).left_minor == left


@pytest.mark.parametrize("facts", [{}, TEN_KWH, TENTH], ids=["credit", "energy", "percent"])
def test_it_is_for_its_sites_only(giver: Giver, facts: dict[str, object]) -> None:
    organisation = giver.story.world.organisation
    other = Site.objects.create(organisation=organisation, name="Elsewhere", time_zone="UTC")
    redemption = giver.given(sites=[other], **facts)
    assert giver.session(0, 10_000).gross_minor == 595
    assert fresh(redemption).given_minor == 0
    giver.campaign("Here", sites=[other, giver.story.station.site], **facts)
    here = giver.redeem(redemption.account, "Here")
    giver.session(100, 10_000)
    assert fresh(here).given_minor > 0


def test_energy_is_free_after_that_of_the_plan_and_worth_its_price(giver: Giver) -> None:
    redemption = giver.given(**TEN_KWH)
    rating = giver.session(0, 12_000)
    # 2 kWh are paid.
    assert rating.gross_minor == 119
    assert fresh(redemption).given_minor == 595
    assert redemption.grant is not None
    redemption.grant.refresh_from_db()
    assert redemption.grant.left_wh == 0
    assert "10 of the 10 kWh included in Spring" in [line.sentence for line in lines(rating)]


def test_a_percentage_comes_off_each_session_before_tax(giver: Giver) -> None:
    redemption = giver.given(**TENTH)
    ratings = [giver.session(minutes, 10_000) for minutes in (0, 100)]
    assert [(rating.net_minor, rating.gross_minor) for rating in ratings] == [(450, 536)] * 2
    assert fresh(redemption).given_minor == 2 * 60
    assert "10 % off with Spring" in [line.sentence for line in lines(ratings[0])]
    assert json.loads(ratings[0].facts)["agreed"]["percents"][0]["voucher"] == redemption.public_id


def test_a_percentage_redeemed_twice_counts_once(giver: Giver) -> None:
    redemption = giver.given(most_per_account=2, **TENTH)
    giver.redeem(redemption.account)
    assert giver.session(0, 10_000).gross_minor == 536


def test_all_three_follow_the_order_of_pricing(giver: Giver) -> None:
    """10 of 20 kWh are free, a tenth comes off the rest, and money pays of what is due: 5.36."""
    redemption = giver.given(name="Energy", **TEN_KWH)
    for name, facts in (("Tenth", TENTH), ("Money", {})):
        giver.campaign(name, **facts)
        giver.redeem(redemption.account, name)
    rating = giver.session(0, 20_000)
    assert (rating.gross_minor, receivable_minor(redemption.account)) == (536, 36)
    given = dict(VoucherRedemption.objects.values_list("campaign__name", "given_minor"))
    assert given == {"Energy": 595, "Tenth": 60, "Money": 500}
    assert books_check() == []


# Once, and the same again


def test_rating_again_pays_nothing_more(giver: Giver) -> None:
    redemption = giver.given()
    first = giver.session(0, 10_000)
    assert rated(giver.story.fresh()).pk == first.pk
    assert session_review(giver.story.fresh()) is None
    assert receivable_minor(redemption.account) == 95
    assert VoucherUse.objects.get().minor == 500


def test_the_same_facts_give_the_same_bytes_whatever_became_of_the_vouchers(giver: Giver) -> None:
    redemption = giver.given(name="Energy", **TEN_KWH)
    giver.campaign("Tenth", **TENTH)
    giver.redeem(redemption.account, "Tenth")
    giver.session(0, 7_000)
    giver.session(100, 7_000)
    assert [rating.gross_minor for rating in Rating.objects.order_by("pk")] == [0, 214]
    for rating in Rating.objects.all():
        assert difference(rating) is None
        assert difference(rating, from_evidence=True) is None


@pytest.mark.parametrize("facts", [{}, TEN_KWH, TENTH], ids=["credit", "energy", "percent"])
@pytest.mark.parametrize("energy_wh", [1, 333, 9_999, 10_000, 10_001, 17_777])
def test_the_cost_so_far_is_the_final_cost(giver: Giver, facts: dict[str, object], energy_wh: int) -> None:
    redemption = giver.given(**facts)
    giver.story.begin()
    giver.story.read(60, energy_wh)
    estimate = session_estimate(giver.story.session)
    assert estimate is not None
    would_pay = sum(minor for _, minor in credit_paying(estimate))
    assert fresh(redemption).given_minor == 0
    final = rated(giver.story.end(60, energy_wh))
    assert final.gross_minor == estimate.gross_minor
    assert sum(minor for _, minor in credit_paying(final)) == would_pay
    assert receivable_minor(redemption.account) == (final.gross_minor or 0) - would_pay


# Corrections


def corrected(giver: Giver, energy_wh: int) -> Rating:
    """The stop is told again with another register, and the correction accepted."""
    giver.story.read(60, energy_wh, received=300)
    type(giver.story.session).objects.filter(pk=giver.story.session.pk).update(
        meter_stop_wh=giver.story.register_wh + energy_wh
    )
    found = session_review(giver.story.fresh())
    assert found is not None
    assert found.state == RatingState.PROPOSED
    return correction_accept(found, OPERATOR, "the display shows it")


@pytest.mark.parametrize("mode", [BillingMode.PREPAID, BillingMode.POSTPAID])
@pytest.mark.parametrize(
    ("first", "then"), [(5_000, 7_000), (5_000, 12_000), (12_000, 5_000), (7_000, 5_000)]
)
def test_a_correction_moves_what_the_voucher_pays(
    giver: Giver, mode: BillingMode, first: int, then: int
) -> None:
    """The wallet may not fall below zero at any time. Seen failing with the old payment taken back first."""
    redemption = giver.given(mode)
    account = redemption.account
    giver.session(0, first)
    after = corrected(giver, then).gross_minor or 0
    paid = min(500, after)
    assert fresh(redemption).given_minor == marketing(giver) == paid
    assert receivable_minor(account) - wallet_minor(account) == after - paid
    assert wallet_minor(account) >= 0
    assert books_check() == []


def test_a_correction_finds_what_other_sessions_left(giver: Giver) -> None:
    redemption = giver.given()
    giver.session(0, 5_000)
    first = giver.story.session
    giver.session(100, 3_000)
    giver.story.session = first
    corrected(giver, 10_000)
    assert fresh(redemption).left_minor == 0
    assert dict(VoucherUse.objects.values_list("transaction_id", "minor"))[first.pk] == 500 - 179
    assert books_check() == []


# Before and while charging


def test_a_quote_and_the_limits_know_what_is_left(giver: Giver) -> None:
    redemption = giver.given(BillingMode.PREPAID, **TENTH)
    giver.campaign("Money")
    giver.redeem(redemption.account, "Money")
    station = giver.story.station
    asked = Asked(station, 1, None, at(0), 10_000, power_w=10_000, account=redemption.account)
    assert quote(asked).gross_minor == 536
    assert credit_left(redemption.account, station.site_id, at(0)) == 500
    assert credit_left(redemption.account, station.site_id, at(-66)) == 0


@pytest.mark.parametrize(("vouchers", "stops"), [(0, True), (500, False)])
def test_a_session_that_a_voucher_pays_is_not_stopped_for_the_wallet(
    giver: Giver, vouchers: int, stops: bool
) -> None:
    account = giver.story.payer(BillingMode.PREPAID)
    giver.campaign()
    if vouchers:
        giver.redeem(account)
    giver.story.begin()
    giver.story.read(30, 4_000)
    with time_machine.travel(at(30), tick=False):
        session_estimate(giver.story.session)
        assert spending_watch() == 1
    assert hasattr(giver.story.fresh(), "spending_stop") is stops


# At the same time


@pytest.fixture
def committed(transactional_db: None) -> Iterator[Giver]:
    with time_machine.travel(at(-1440), tick=False):
        told = Story(World("ALPHA"))
        _ = (told.station, told.world.tag)
    told.tariff()
    try:
        with time_machine.travel(at(12 * 60), tick=False):
            yield Giver(told)
    finally:
        books_empty()


def test_sessions_that_end_at_the_same_time_never_use_more_than_there_is(committed: Giver) -> None:
    """Seen failing with the locks of session and vouchers left out of `vouchers_pay`."""
    redemption = committed.given(BillingMode.PREPAID)
    sessions = [committed.ended(minutes, 5_000) for minutes in (0, 100, 200, 300)]
    ratings = at_once(*(partial(session_rate, session) for session in sessions * 2))
    assert not [one for one in ratings if isinstance(one, Exception)]
    account = redemption.account
    assert (fresh(redemption).left_minor, marketing(committed)) == (0, 500)
    assert (wallet_minor(account), receivable_minor(account)) == (0, 4 * 298 - 500)
    assert books_check() == []
