"""Payments on pages: the list, one told in sentences, giving money back, releasing a hold."""

import pytest
from django.test import Client

from billing.choices import BillingMode, PaymentState
from billing.models import PaymentIntent, Refund
from cpms.accounts.roles import Role
from tests.billing.payments.conftest import fake_file, till
from tests.billing.payments.till import NO, Till

from .conftest import client_of

__all__ = ["fake_file", "till"]


@pytest.fixture
def boss(till: Till) -> Client:
    return client_of(till.world.owner)


@pytest.fixture
def topped_up(till: Till) -> PaymentIntent:
    return till.go(till.top_up(till.account(BillingMode.PREPAID)))


def text(client: Client, url: str) -> str:
    response = client.get(url)
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


def page_of(intent: PaymentIntent) -> str:
    return f"/money/payments/{intent.public_id}/"


def test_the_list_teaches_until_there_is_a_payment(boss: Client, till: Till) -> None:
    assert "No payments yet" in text(boss, "/money/payments/")
    till.go(till.pay())
    page = text(boss, "/money/payments/")
    assert "Amount held" in page
    assert "50.00" in page
    assert "No payment matches" in text(boss, "/money/payments/?state=failed")
    assert "Guests" in text(boss, "/money/payments/?search=guests")


def test_a_payment_tells_what_happened_in_words(boss: Client, till: Till) -> None:
    intent = till.go(till.pay())
    till.answer(intent, NO)
    intent = till.go(intent, 3)
    till.deliver()
    till.go(intent)
    page = text(boss, page_of(intent))
    for words in (
        "Asked the provider to hold the amount: done",
        "Asked the provider to release the hold: done",
        "the charger refused to start",
        "The provider told: payment.authorised",
        "Released",
    ):
        assert words in page


def test_money_is_given_back_with_a_reason(boss: Client, till: Till, topped_up: PaymentIntent) -> None:
    answer = boss.post(f"{page_of(topped_up)}refund/", {"amount": "5.50", "reason": "a mistake"}, follow=True)
    assert "the provider is asked to pay it out" in answer.content.decode()
    assert Refund.objects.get().amount_minor == 550
    assert till.go(topped_up).refunded_minor == 550
    page = text(boss, page_of(topped_up))
    assert "paid out" in page
    assert "at most 14.50" in page


@pytest.mark.parametrize("amount", ["0", "-1", "20.01", "1.005", "much", ""])
def test_an_amount_that_cannot_be_given_back_is_refused(
    boss: Client, topped_up: PaymentIntent, amount: str
) -> None:
    answer = boss.post(f"{page_of(topped_up)}refund/", {"amount": amount, "reason": "because"})
    assert answer.status_code == (302 if amount == "20.01" else 422)
    assert not Refund.objects.exists()


def test_no_reason_and_no_refund(boss: Client, topped_up: PaymentIntent) -> None:
    assert boss.post(f"{page_of(topped_up)}refund/", {"amount": "1"}).status_code == 422
    assert not Refund.objects.exists()


def test_a_hold_is_released_from_its_page(boss: Client, till: Till) -> None:
    intent = till.go(till.pay())
    assert "Release the hold" in text(boss, page_of(intent))
    boss.post(f"{page_of(intent)}release/", {"release-reason": ""})
    assert till.now(intent).wish == "hold"
    boss.post(f"{page_of(intent)}release/", {"release-reason": "the driver called"})
    assert till.go(intent).state == PaymentState.CANCELLED
    again = boss.post(f"{page_of(intent)}release/", {"release-reason": "again"}, follow=True)
    assert again.status_code == 200


def test_who_may_not_see_money_sees_none(till: Till, topped_up: PaymentIntent) -> None:
    operator = client_of(till.world.person(Role.OPERATOR))
    assert operator.get("/money/payments/").status_code == 403
    assert operator.get(page_of(topped_up)).status_code == 403
    assert operator.post(f"{page_of(topped_up)}refund/", {"amount": "1", "reason": "x"}).status_code == 403
