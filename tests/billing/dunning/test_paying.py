"""An invoice is paid by card: what is open of it, once."""

import pytest
from django.test import Client

from billing.choices import AccountRole, PaymentState
from billing.models import PaymentIntent
from billing.services.accounts.parties import member_set
from billing.services.invoicing.open_items import open_items_of
from billing.services.payments.sweep import payments_sweep
from cpms.accounts.models import User
from cpms.core.actors import SYSTEM
from tests.stripe.foreign import GOOD
from tests.stripe.payer import Payer
from tests.worlds import PASSWORD

from .debts import Debts
from .test_pages import signed_in


@pytest.fixture
def phone(debts: Debts) -> Client:
    """Of whose bills they are."""
    owner = User.objects.create_user("kim@gruen.example", PASSWORD)
    member_set(debts.account, owner, AccountRole.OWNER, SYSTEM)
    return signed_in(owner)


def pay(phone: Client, debts: Debts, **fields: str) -> str:
    """Tap on the invoice; the page that comes."""
    answer = phone.post(f"/my/bills/{debts.invoice.public_id}/card", fields, follow=True)
    return answer.content.decode()


def open_minor(debts: Debts) -> int:
    return sum(item.open_minor for item in open_items_of(debts.fresh))


def test_an_invoice_is_paid_on_stripes_page_and_is_not_open_any_more(
    phone: Client, debts: Debts, payer: Payer
) -> None:
    assert "Pay 5.95 EUR by card" in phone.get("/my/bills/").content.decode()
    back = payer.enter(pay(phone, debts))
    page = phone.get(back, follow=True).content.decode()
    assert "5.95 EUR are paid. Thank you." in page
    assert open_minor(debts) == 0
    assert "Nothing is open" in phone.get("/my/bills/").content.decode()


def test_two_taps_and_many_ways_back_pay_it_once(phone: Client, debts: Debts, payer: Payer) -> None:
    """Seen failing with a payment for each tap."""
    first, again = pay(phone, debts), pay(phone, debts)
    assert payer.link(first, payer.front.url) == payer.link(again, payer.front.url) != ""
    assert "just being paid by card" in phone.get("/my/bills/").content.decode()
    back = payer.enter(first)
    for _ in range(3):
        phone.get(back, follow=True)
        payments_sweep()
    intent = PaymentIntent.objects.get()
    assert (intent.state, intent.captured_minor, intent.posted_minor) == (PaymentState.CAPTURED, 595, 595)
    assert "nothing of this invoice is open" in pay(phone, debts)


def test_only_what_is_open_is_asked_for_whatever_the_form_says(
    phone: Client, debts: Debts, payer: Payer
) -> None:
    """Seen failing with the whole of the invoice asked for."""
    debts.pay(200)
    page = pay(phone, debts, amount="1", minor="1")
    assert PaymentIntent.objects.get().requested_minor == 395
    phone.get(payer.enter(page), follow=True)
    assert open_minor(debts) == 0


def test_a_kept_card_pays_it_with_one_tap(phone: Client, debts: Debts, payer: Payer) -> None:
    made = phone.post(f"/my/wallet/{debts.account.public_id}/card", follow=True)
    said = phone.get(payer.enter(made.content.decode(), GOOD), follow=True).content.decode()
    assert "is kept for the next time" in said
    card = debts.account.payment_methods.get()
    assert "5.95 EUR are paid" in pay(phone, debts, card=card.public_id)
    assert open_minor(debts) == 0


def test_nobody_pays_or_sees_the_payment_of_somebody_elses_invoice(
    phone: Client, debts: Debts, payer: Payer
) -> None:
    """Seen failing with the invoice looked for among all."""
    pay(phone, debts)
    intent = PaymentIntent.objects.get()
    stranger = signed_in(User.objects.create_user("max@example.com", PASSWORD))
    assert stranger.post(f"/my/bills/{debts.invoice.public_id}/card").status_code == 404
    for path in ("", "/back", "/bank"):
        assert stranger.get(f"/my/bill-payments/{intent.public_id}{path}").status_code == 404


def test_an_invoice_is_paid_at_the_test_bank_too(phone: Client, debts: Debts) -> None:
    pay(phone, debts)
    intent = PaymentIntent.objects.get()
    at = f"/my/bill-payments/{intent.public_id}"
    said = phone.post(f"{at}/bank", {"pay": "yes", "card": "fake_visa"}, follow=True).content.decode()
    assert "5.95 EUR are paid" in said
    assert open_minor(debts) == 0
