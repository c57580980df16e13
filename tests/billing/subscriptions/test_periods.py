"""Fees of subscriptions: once for each month, with tax, to wallet or claim, whatever happens."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from billing.books.chart import Purpose
from billing.choices import BillingMode
from billing.models import Account, JournalEntry, PlanVersion, Subscription, SubscriptionPeriod
from billing.services.books.ledger import balance_minor, receivable_minor, wallet_minor
from billing.services.books.periods import period_close
from billing.services.books.postings import Told, top_up_captured
from billing.services.subscriptions.periods import periods_charge, subscriptions_charge
from billing.services.subscriptions.subscribing import subscribe, subscription_cancel
from cpms.core.actors import SYSTEM
from tests.billing.ratings.story import at

from .club import Club


def balance(account: Account, purpose: Purpose) -> int:
    return balance_minor(account.organisation_id, purpose.value, account.currency)


def test_the_first_month_is_charged_at_once_with_its_tax(club: Club) -> None:
    account = club.member(club.plan()).account
    assert receivable_minor(account) == 1190
    assert (balance(account, Purpose.OUTPUT_TAX), balance(account, Purpose.DEFERRED_REVENUE)) == (-190, 0)
    assert balance(account, Purpose.REVENUE) == -1000
    period = SubscriptionPeriod.objects.get()
    assert period.amount == {"parts": [{"net_minor": 1000, "tax_minor": 190, "tax_code": "DE-19"}]}
    club.story.settle()


def test_each_month_earns_its_days_of_the_fee(club: Club) -> None:
    club.member(club.plan(fee_minor=3100), since=datetime(2026, 3, 11, 12, tzinfo=UTC))
    earned = JournalEntry.objects.filter(kind="deferred_release").order_by("id")
    assert [(f"{one.booked_on:%d.%m.}", one.facts["minor"]) for one in earned] == [
        ("11.03.", 2100),
        ("01.04.", 1000),
    ]


def test_a_month_is_charged_once_however_often_it_is_told(club: Club) -> None:
    """Seen failing with every month numbered 1."""
    subscription = club.member(club.plan())
    for _ in range(3):
        assert periods_charge(subscription) == []
        assert subscriptions_charge() == 0
    assert receivable_minor(subscription.account) == 1190


def test_the_database_refuses_a_second_charge_of_a_month(club: Club) -> None:
    period = club.member(club.plan(fee_minor=0)).periods.get()
    period.pk, period.public_id = None, "sbp_other"
    with pytest.raises(IntegrityError, match="subscription_period_once"), transaction.atomic():
        period.save(force_insert=True)


def test_what_an_outage_missed_is_charged_afterwards_each_month_by_itself(club: Club) -> None:
    subscription = club.member(club.plan())
    with time_machine.travel(at(60 * 24 * 92), tick=False):
        assert subscriptions_charge() == 3
        assert subscriptions_charge() == 0
    assert receivable_minor(subscription.account) == 4 * 1190
    days = [f"{one.starts_at.astimezone(ZoneInfo(subscription.time_zone)):%d.%m. %H:%M}"
            for one in subscription.periods.order_by("number")][1:]  # fmt: skip
    assert days == ["02.04. 00:00", "02.05. 00:00", "02.06. 00:00"]


def test_what_is_late_counts_in_an_open_month(club: Club) -> None:
    subscription = club.member(club.plan())
    with time_machine.travel(at(60 * 24 * 63), tick=False):
        period_close(club.story.world.organisation, at(60 * 24 * 31).date(), SYSTEM)
        assert len(periods_charge(subscription)) == 2
        entry = subscription.periods.get(number=2).entry
    assert entry is not None
    assert entry.booked_on == at(60 * 24 * 63).date()
    assert entry.occurred_at.month == 4


def test_a_wallet_pays_as_far_as_it_goes_and_never_below_zero(club: Club) -> None:
    account = club.story.payer(BillingMode.PREPAID)
    Account.objects.filter(pk=account.pk).update(overshoot_minor=500)
    top_up_captured(account, "fake", 1000, Told(at(0), "top-up"))
    subscribe(account, club.plan(), SYSTEM)
    assert (wallet_minor(account), receivable_minor(account)) == (0, 190)


def test_a_plan_without_a_fee_moves_nothing(club: Club) -> None:
    subscription = club.member(club.plan(fee_minor=0))
    assert subscription.periods.get().entry is None
    assert not JournalEntry.objects.exists()


def test_who_subscribed_keeps_the_version(club: Club) -> None:
    first = club.plan()
    old = club.member(first)
    second = club.next_version(first, fee_minor=9900)
    with time_machine.travel(at(60 * 24 * 31), tick=False):
        periods_charge(old)
    assert receivable_minor(old.account) == 2 * 1190
    with pytest.raises(ValidationError, match="changed in the meantime"):
        subscribe(club.story.payer(), first, SYSTEM)
    assert subscribe(club.story.payer(), second, SYSTEM).version == second


def test_a_published_version_and_a_charged_month_never_change(club: Club) -> None:
    club.member(club.plan())
    for change in (
        lambda: PlanVersion.objects.update(fee_minor=1),
        lambda: PlanVersion.objects.all().delete(),
        lambda: SubscriptionPeriod.objects.update(gross_minor=1),
    ):
        with pytest.raises(IntegrityError, match=r"refused|protected"), transaction.atomic():
            change()


@pytest.mark.parametrize("mode", [BillingMode.FREE, BillingMode.AD_HOC])
def test_guests_and_free_accounts_have_none(club: Club, mode: BillingMode) -> None:
    with pytest.raises(ValidationError, match="cannot have"):
        club.member(club.plan(), mode)


def test_an_account_has_one_at_a_time(club: Club) -> None:
    subscription = club.member(club.plan())
    with pytest.raises(ValidationError, match="already"):
        subscribe(subscription.account, club.plan("Other"), SYSTEM)


def test_an_account_in_another_currency_has_none(club: Club) -> None:
    with pytest.raises(ValidationError, match="in EUR, the account in CHF"):
        subscribe(club.story.payer(currency="CHF"), club.plan(), SYSTEM)


def test_without_a_seller_nobody_subscribes(club: Club) -> None:
    club.story.world.organisation.parties.update(kind="site_host")
    with pytest.raises(ValidationError, match="who sells"):
        club.member(club.plan())
    assert not Subscription.objects.exists()


@pytest.mark.parametrize(
    ("terms", "ends"),
    [
        ({}, "02.04."),
        ({"notice_days": 30}, "02.05."),
        ({"minimum_months": 12}, "02.03."),
        ({"minimum_months": 2, "notice_days": 30}, "02.05."),
    ],
)
def test_it_ends_with_the_month_that_its_terms_allow(club: Club, terms: dict[str, int], ends: str) -> None:
    subscription = club.member(club.plan(**terms))
    with time_machine.travel(at(60 * 24 * 3), tick=False):
        ended = subscription_cancel(subscription, SYSTEM)
        assert subscription_cancel(subscription, SYSTEM).ends_at == ended.ends_at
    assert ended.ends_at is not None
    assert f"{ended.ends_at.astimezone(ZoneInfo(ended.time_zone)):%d.%m.}" == ends


def test_terms_can_be_waived(club: Club) -> None:
    subscription = club.member(club.plan(minimum_months=12, notice_days=30))
    subscription_cancel(subscription, SYSTEM)
    ended = subscription_cancel(subscription, SYSTEM, waives_terms=True)
    assert ended.ends_at is not None
    assert ended.ends_at - at(0) < timedelta(days=32)


def test_after_its_end_nothing_is_charged_and_another_can_begin(club: Club) -> None:
    version = club.plan()
    subscription = club.member(version)
    subscription_cancel(subscription, SYSTEM)
    with time_machine.travel(at(60 * 24 * 70), tick=False):
        assert subscriptions_charge() == 0
        subscribe(subscription.account, version, SYSTEM)
    assert receivable_minor(subscription.account) == 2 * 1190


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"included_wh": 0}, "__all__"),
        ({"percent": 101}, "__all__"),
        ({"minimum_months": 0}, "minimum_months"),
        ({"minimum_months": 25}, "minimum_months"),
        ({"notice_days": 93}, "notice_days"),
        ({"included_wh": 10**12}, "included_wh"),
    ],
)
def test_a_plan_nobody_could_want_is_refused_with_the_field(
    club: Club, facts: dict[str, int], field: str
) -> None:
    with pytest.raises(ValidationError) as refused:
        club.plan(**facts)
    named = refused.value.message_dict if hasattr(refused.value, "error_dict") else {"__all__": []}
    assert field in named
