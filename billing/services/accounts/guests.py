"""Guests: drivers without an account. Their sessions are claims on one account in each currency."""

from django.db import transaction

from billing.choices import BillingMode, PartyKind
from billing.models import Account, Party
from cpms.accounts.models import Organisation
from cpms.core.actors import SYSTEM

from .parties import account_open, party_create

NAME = "Guests"
# ISO 3166-1 has no letters for somebody whose country is not known; these are free for it.
NOWHERE = "ZZ"


@transaction.atomic
def guest_account(organisation: Organisation, currency: str) -> Account:
    """The account of the organisation's guests in a currency, made when it is new."""
    # The organisation's row is the lock: two first guests make one account.
    Organisation.objects.select_for_update(no_key=True).only("pk").get(pk=organisation.pk)
    party = _party(organisation)
    known = Account.objects.filter(party=party, currency=currency, billing_mode=BillingMode.AD_HOC).first()
    if known is not None:
        return known
    name = f"{NAME} ({currency})"
    return account_open(party, SYSTEM, name=name, billing_mode=BillingMode.AD_HOC, currency=currency)


def _party(organisation: Organisation) -> Party:
    mine = Party.objects.filter(organisation=organisation)
    known = mine.filter(kind=PartyKind.DRIVER, legal_name=NAME, email="").first()
    if known is not None:
        return known
    operator = mine.filter(kind=PartyKind.OPERATOR).first()
    country = operator.country if operator else NOWHERE
    return party_create(organisation, SYSTEM, kind=PartyKind.DRIVER, legal_name=NAME, country=country)
