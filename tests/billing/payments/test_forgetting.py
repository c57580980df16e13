"""A card that its owner removed is forgotten by the provider, whatever the provider does, and nobody waits for it."""

from datetime import timedelta

import pytest

from billing.choices import BillingMode, PaymentState
from billing.models import Account, PaymentMethod
from billing.providers.fake import acts
from billing.providers.fake.cards import Mishap
from billing.services.payments.methods import method_add, method_remove
from billing.services.payments.opening import HoldAmount, Means, session_pay
from billing.services.payments.settling import session_settle
from billing.services.payments.sweep import payments_sweep
from cpms.core.actors import SYSTEM

from .till import Till

pytestmark = pytest.mark.django_db


@pytest.fixture
def account(till: Till) -> Account:
    return till.account(BillingMode.POSTPAID)


@pytest.fixture
def card(account: Account) -> PaymentMethod:
    return method_add(account, "fake_visa", "eva@example.com", SYSTEM)


def asked(till: Till) -> int:
    """How often the provider was asked to forget a card, after everything that is due."""
    till.time.shift(timedelta(seconds=1))
    payments_sweep()
    return till.calls_there("forget")


def test_a_removed_card_is_forgotten_there_once(till: Till, card: PaymentMethod) -> None:
    """Seen failing when only our own row knew that the card was removed."""
    assert asked(till) == 0
    method_remove(card, SYSTEM)
    assert till.calls_there("forget") == 0
    assert asked(till) == 1
    method_remove(card, SYSTEM)
    till.time.shift(timedelta(days=3))
    assert asked(till) == 1
    card.refresh_from_db()
    assert card.forget_at is None


def test_a_provider_that_does_not_answer_is_asked_again_after_longer_and_longer_pauses(
    till: Till, card: PaymentMethod
) -> None:
    """Seen failing when the first silence was the last word."""
    method_remove(card, SYSTEM)
    acts.mishaps(till.its.bank, "forget", Mishap.TIMEOUT, Mishap.BROKEN)
    assert asked(till) == 1
    assert asked(till) == 1
    till.time.shift(timedelta(minutes=1))
    assert asked(till) == 2
    till.time.shift(timedelta(minutes=1))
    assert asked(till) == 2
    till.time.shift(timedelta(minutes=1))
    assert asked(till) == 3
    card.refresh_from_db()
    assert card.forget_at is None


def test_a_payment_that_runs_with_it_is_finished_first(
    till: Till, account: Account, card: PaymentMethod
) -> None:
    """Seen failing when the card was forgotten before its hold was captured or released."""
    paid = session_pay(
        till.world.station, 1, Means(method=card), SYSTEM, account=account, amount=HoldAmount(5000, "EUR")
    )
    paid = till.go(paid)
    assert paid.state == PaymentState.AUTHORISED
    method_remove(card, SYSTEM)
    assert asked(till) == 0
    session_settle(paid, 700, "EUR")
    paid = till.go(paid)
    assert paid.state == PaymentState.CAPTURED
    assert asked(till) == 1


def test_a_card_that_is_kept_again_is_there_again(till: Till, account: Account, card: PaymentMethod) -> None:
    """Seen failing when it stayed removed: its owner entered it and saw nothing."""
    method_remove(card, SYSTEM)
    assert method_add(account, "fake_visa", "eva@example.com", SYSTEM).removed_at is None
    assert asked(till) == 0
