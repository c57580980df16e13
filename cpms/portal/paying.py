"""The way from a page of ours to where a card is entered or a bank is answered."""

from django.conf import settings
from django.urls import reverse

from billing.choices import BillingMode, PaymentState, PaymentWish
from billing.models import Account, PaymentIntent


def form_link(payment: PaymentIntent, test_bank: str) -> str:
    """Where its payer goes on: the provider's own page, or that of the fake provider here; "" while he need not."""
    waits = payment.state == PaymentState.NEEDS_ACTION and payment.wish != PaymentWish.RELEASE
    if not waits or payment.provider != "fake":
        return payment.action_url if waits else ""
    return test_bank if settings.FAKE_PAYMENTS else ""


def money_page(account: Account) -> str:
    """Where its owner sees what is in it, or what is to pay; his cards are there, too."""
    if account.billing_mode == BillingMode.PREPAID:
        return reverse("portal:wallet", args=[account.public_id])
    return reverse("portal:bills")
