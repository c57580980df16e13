"""An operator who may issue invoices, and sessions of drivers who pay in every way."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from billing.choices import BillingMode, PartyKind
from billing.models import Account, Invoice, Party, Rating, SessionCharge
from billing.services.accounts.parties import account_open, party_create
from billing.services.books.postings import Told, top_up_captured
from billing.services.invoicing.issuer import issuer_save
from billing.services.ratings.outcome import session_rate
from billing.services.ratings.payers import tag_pay_from
from cpms.core.actors import SYSTEM
from tests.billing.ratings.story import Story, at

SELLER = {
    "legal_name": "Nordlicht Laden GmbH",
    "street": "Hafenstraße 12",
    "postal_code": "20457",
    "city": "Hamburg",
    "country": "DE",
    "email": "office@nordlicht.example",
    "vat_id": "DE136695976",
    "iban": "DE89370400440532013000",
}
BUYER = {
    "legal_name": "Möbel Grün AG",
    "street": "Werkweg 3",
    "postal_code": "22041",
    "city": "Hamburg",
    "country": "DE",
    "email": "rechnung@gruen.example",
}


@dataclass
class Office:
    """The story's organisation, once it is known who sells."""

    story: Story
    ends: int = field(default=0)

    def seller(self, **facts: Any) -> Party:
        return issuer_save(self.story.world.organisation, SYSTEM, **{**SELLER, **facts})

    def account(self, mode: BillingMode, kind: PartyKind = PartyKind.COMPANY, **facts: Any) -> Account:
        """An account of a company that pays for the world's card."""
        organisation = self.story.world.organisation
        party = party_create(organisation, SYSTEM, kind=kind, **{**BUYER, **facts})
        account = account_open(party, SYSTEM, name=f"{mode} {kind}", billing_mode=mode, currency="EUR")
        if mode == BillingMode.PREPAID:
            top_up_captured(account, "fake", 5000, Told(at(-60), "top up"))
        tag_pay_from(self.story.world.tag, account, SYSTEM)
        return account

    def session(self, energy_wh: int = 10_000) -> SessionCharge:
        """A session of an hour, rated and posted; each after the one before."""
        begin = self.ends + 5
        self.ends = begin + 60
        self.story.begin(begin)
        self.story.read(begin + 30, energy_wh // 2)
        self.story.end(self.ends, energy_wh)
        self.story.register_wh += energy_wh
        rating = session_rate(self.story.fresh())
        assert rating is not None
        assert rating.state == "final", rating.doubts
        return SessionCharge.objects.get(transaction=self.story.session)

    def rating(self) -> Rating:
        return Rating.objects.get(transaction=self.story.session, state="final")

    @staticmethod
    def invoices() -> list[Invoice]:
        return list(Invoice.objects.order_by("id"))

    @staticmethod
    def moment(minutes: float) -> datetime:
        return at(minutes)
