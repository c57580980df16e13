"""Accounts as they are opened, changed and closed, and their money by bank transfer."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError

from billing.choices import BillingMode
from billing.models import Account, JournalEntry
from billing.services.accounts.bank import Transfer, bank_receive, bank_return
from billing.services.accounts.parties import account_change, account_close, account_reopen, party_change
from billing.services.books.ledger import balance_minor, receivable_minor, wallet_minor
from billing.services.books.periods import period_close
from billing.services.books.refusals import KeyConflict, PeriodClosed
from billing.services.payments.opening import Means, PaymentRefused, top_up
from billing.services.ratings.follow import sessions_sweep
from cpms.core import clock
from cpms.core.actors import SYSTEM
from cpms.core.zones import today_in
from tests.billing.books.shop import TODAY, Shop, at_once, books_empty
from tests.billing.ratings.conftest import story
from tests.billing.ratings.story import Story

__all__ = ["story"]


@pytest.fixture
def shop(db: None) -> Shop:
    return Shop("alpha")


def transfer(minor: int = 5000, reference: str = "bank 1") -> Transfer:
    return Transfer(minor, reference, TODAY)


def bank(shop: Shop) -> int:
    return balance_minor(shop.key, "bank", "EUR")


def test_a_transfer_fills_the_wallet_once_however_often_it_is_told(shop: Shop) -> None:
    account = shop.wallet()
    entries = {bank_receive(account, transfer(), SYSTEM).pk for _ in range(3)}
    assert len(entries) == 1
    assert (wallet_minor(account), bank(shop)) == (5000, 5000)
    shop.settle()


def test_a_transfer_pays_what_is_owed_where_there_is_no_wallet(shop: Shop) -> None:
    shop.charged(shop.invoiced, 1190)
    bank_receive(shop.invoiced, transfer(1190), SYSTEM)
    assert (receivable_minor(shop.invoiced), bank(shop)) == (0, 1190)


def test_a_transfer_may_pay_the_claim_of_a_prepaid_account(shop: Shop) -> None:
    account = shop.wallet(900)
    shop.charged(account, 1190)
    bank_receive(account, transfer(290), SYSTEM, pays_claim=True)
    assert (wallet_minor(account), receivable_minor(account)) == (0, 0)


def test_one_reference_with_two_amounts_is_refused(shop: Shop) -> None:
    account = shop.wallet()
    bank_receive(account, transfer(), SYSTEM)
    with pytest.raises(KeyConflict):
        bank_receive(account, transfer(5001), SYSTEM)
    assert wallet_minor(account) == 5000


@pytest.mark.parametrize(
    ("told", "place"),
    [
        (Transfer(0, "r", TODAY), "amount_minor"),
        (Transfer(-1, "r", TODAY), "amount_minor"),
        (Transfer(1, "  ", TODAY), "reference"),
        (Transfer(1, "r" * 61, TODAY), "reference"),
        (Transfer(1, "r", TODAY + timedelta(days=4000)), "on"),
    ],
)
def test_a_transfer_that_cannot_be_is_refused_by_its_place(shop: Shop, told: Transfer, place: str) -> None:
    with pytest.raises(ValidationError) as refused:
        bank_receive(shop.wallet(), told, SYSTEM)
    assert set(refused.value.message_dict) == {place}
    assert not JournalEntry.objects.exists()


def test_the_day_of_a_transfer_is_that_of_the_operators_place(shop: Shop) -> None:
    """Kiritimati is 25 hours ahead of Pago Pago: its today is always in the future there."""
    organisation = shop.organisation
    key = shop.wallet().pk
    told = Transfer(100, "east", today_in("Pacific/Kiritimati"))
    for zone in ("Pacific/Pago_Pago", "Pacific/Kiritimati"):
        organisation.time_zone = zone
        organisation.save()
        account = Account.objects.get(pk=key)
        if zone == "Pacific/Pago_Pago":
            with pytest.raises(ValidationError, match="future"):
                bank_receive(account, told, SYSTEM)
    assert bank_receive(account, told, SYSTEM).booked_on == told.on


def test_a_transfer_into_a_closed_month_is_refused(shop: Shop) -> None:
    told = Transfer(100, "late", (clock.now().date().replace(day=1) - timedelta(days=40)))
    period_close(shop.organisation, told.on, SYSTEM)
    with pytest.raises(PeriodClosed):
        bank_receive(shop.wallet(), told, SYSTEM)


def test_no_more_goes_back_than_is_there(shop: Shop) -> None:
    """Nor the overshoot, which is no money."""
    account = shop.wallet(500, overshoot_minor=300)
    with pytest.raises(ValidationError, match="more than there is"):
        bank_return(account, transfer(501), SYSTEM)
    assert [bank_return(account, transfer(500), SYSTEM).pk for _ in range(2)]
    assert wallet_minor(account) == 0


@pytest.mark.django_db(transaction=True)
def test_the_same_transfer_told_by_four_at_once_is_booked_once() -> None:
    shop = Shop("alpha")
    account = shop.wallet()
    try:
        answers = at_once(*[lambda: bank_receive(account, transfer(), SYSTEM).pk] * 4)
        assert len(set(answers)) == 1, answers
        assert wallet_minor(account) == 5000
        back = at_once(
            *[lambda n=n: bank_return(account, transfer(3000, f"back {n}"), SYSTEM) for n in range(3)]  # type: ignore[misc]
        )
        assert sum(isinstance(answer, ValidationError) for answer in back) == 2
        assert wallet_minor(account) == 2000
    finally:
        books_empty()


def test_an_account_is_closed_when_nothing_is_left_and_opened_again(shop: Shop) -> None:
    account = shop.wallet(500)
    with pytest.raises(ValidationError, match="money in its wallet"):
        account_close(account, SYSTEM)
    bank_return(account, transfer(500), SYSTEM)
    assert account_close(account_close(account, SYSTEM), SYSTEM).is_closed
    with pytest.raises(ValidationError, match="is closed"):
        bank_receive(account, transfer(1, "new"), SYSTEM)
    with pytest.raises(PaymentRefused, match="is closed"):
        top_up(Account.objects.get(pk=account.pk), 500, Means(method_ref="fake_visa"), SYSTEM)
    assert not account_reopen(account, SYSTEM).is_closed
    bank_receive(account, transfer(1, "new"), SYSTEM)


def test_an_account_that_owes_or_is_owed_is_not_closed(shop: Shop) -> None:
    shop.charged(shop.invoiced, 1190)
    with pytest.raises(ValidationError, match="still owed"):
        account_close(shop.invoiced, SYSTEM)
    bank_receive(shop.invoiced, transfer(1200), SYSTEM)
    with pytest.raises(ValidationError, match="still owed"):
        account_close(shop.invoiced, SYSTEM)
    bank_return(shop.invoiced, transfer(10, "back"), SYSTEM)
    assert account_close(shop.invoiced, SYSTEM).is_closed


def test_an_account_on_which_a_session_runs_is_not_closed(story: Story) -> None:
    story.tariff()
    account = story.payer()
    story.begin()
    sessions_sweep()
    with pytest.raises(ValidationError, match="session runs"):
        account_close(account, SYSTEM)


def test_an_account_with_money_in_its_wallet_stays_prepaid(shop: Shop) -> None:
    account = shop.wallet(100)
    with pytest.raises(ValidationError, match="wallet to zero"):
        account_change(account, SYSTEM, billing_mode=BillingMode.POSTPAID)
    bank_return(account, transfer(100), SYSTEM)
    assert not account_change(account, SYSTEM, billing_mode=BillingMode.POSTPAID).has_wallet


def test_another_vat_id_has_to_be_checked_anew(shop: Shop) -> None:
    party = shop.operator
    party_change(party, SYSTEM, vat_id="DE123456789")
    party.vat_checked_at, party.vat_proof = clock.now(), "valid"
    party.save()
    assert party_change(party, SYSTEM, city="Bonn").vat_proof == "valid"
    changed = party_change(party, SYSTEM, vat_id="DE987654321")
    assert (changed.vat_proof, changed.vat_checked_at, changed.city) == ("", None, "Bonn")
