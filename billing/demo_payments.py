"""The demo's payments: a driver of each organisation fills a wallet at the fake provider, and gets some back."""

from typing import Final

from django.conf import settings

from billing.choices import BillingMode, PartyKind
from billing.models import Account, PaymentIntent
from billing.services.accounts import account_open, party_create
from billing.services.payments.calls import payment_drive
from billing.services.payments.opening import Means, top_up
from billing.services.payments.refunds import refund_open
from cpms.accounts.models import Organisation
from cpms.core.actors import SYSTEM, Actor

from .demo import PRICED

_TOP_UP_MINOR: Final = 5000
_BACK_MINOR: Final = 1000


def seed_payments() -> int:
    """Make what is not there yet; how many payments there are. Call it outside a transaction."""
    if settings.FAKE_PAYMENTS:
        for priced in PRICED:
            organisation = Organisation.objects.filter(name=priced.organisation).first()
            if organisation and not PaymentIntent.objects.filter(organisation=organisation).exists():
                _wallet_filled(organisation, priced.country)
    return PaymentIntent.objects.count()


def _wallet_filled(organisation: Organisation, country: str) -> None:
    payment = top_up(_wallet(organisation, country), _TOP_UP_MINOR, Means(method_ref="fake_visa"), SYSTEM)
    payment_drive(payment.pk)
    payment.refresh_from_db()
    if payment.refundable_minor >= _BACK_MINOR:
        refund_open(payment, _BACK_MINOR, "topped up too much", Actor("demo"))
        payment_drive(payment.pk)


def _wallet(organisation: Organisation, country: str) -> Account:
    facts = {"kind": PartyKind.DRIVER, "legal_name": "Robin Vale", "country": country}
    party = party_create(organisation, SYSTEM, **facts)
    fleet = Account.objects.filter(organisation=organisation).first()
    currency = fleet.currency if fleet else "EUR"
    return account_open(party, SYSTEM, name="Robin Vale", billing_mode=BillingMode.PREPAID, currency=currency)
