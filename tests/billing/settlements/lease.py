"""A site whose host gets a share, with sessions that end when they are told to."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cached_property
from typing import Any

import time_machine

from billing.choices import BillingMode, PartyKind
from billing.models import Account, Party, SessionCharge, Settlement, SettlementAgreement
from billing.services.books.charges import session_charge, session_correct, session_refund
from billing.services.invoicing.issuer import issuer_save
from billing.services.settlements.agreements import agreement_make
from billing.services.settlements.making import settlement_make
from chargers.models import Site
from cpms.core.actors import SYSTEM
from tests.billing.books.shop import Shop, german
from tests.billing.invoicing.office import SELLER

HOST = {
    "legal_name": "Marktplatz Immobilien KG",
    "street": "Markt 1",
    "postal_code": "20457",
    "city": "Hamburg",
    "country": "DE",
    "tax_number": "48/123/45678",
}
SEPTEMBER, OCTOBER, NOVEMBER = date(2026, 9, 1), date(2026, 10, 1), date(2026, 11, 1)


def day(month: int, number: int, hour: int = 12) -> datetime:
    return datetime(2026, month, number, hour, tzinfo=UTC)


@dataclass
class Lease:
    """A shop whose station stands on somebody's ground."""

    shop: Shop

    def __post_init__(self) -> None:
        self.seller = issuer_save(self.shop.organisation, SYSTEM, **SELLER)
        self.site = self.site_of("Market")
        self.shop.station.site = self.site
        self.shop.station.save()

    def site_of(self, name: str) -> Site:
        return Site.objects.create(organisation=self.shop.organisation, name=name, country="DE")

    @cached_property
    def host(self) -> Party:
        return self.shop.party(PartyKind.SITE_HOST, **HOST_NAME, **HOST_FACTS)

    def agreement(self, **terms: Any) -> SettlementAgreement:
        facts = {"percent": 20, "currency": "EUR", "valid_from": SEPTEMBER, "site": self.site, **terms}
        return agreement_make(facts.pop("site"), self.host, SYSTEM, **facts)

    @cached_property
    def fleet(self) -> Account:
        return self.shop.account(BillingMode.POSTPAID)

    def charged(self, ended_at: datetime, gross_minor: int, account: Account | None = None) -> SessionCharge:
        """A session of 1 kWh."""
        return session_charge(self.shop.session(), account or self.fleet, german(gross_minor), ended_at)

    def corrected(self, charge: SessionCharge, gross_minor: int, at: datetime) -> SessionCharge:
        told = self.shop.told()
        moved = type(told)(at, told.reference)
        return session_correct(charge, german(gross_minor), charge.attempt + 1, moved, "a wrong meter")

    def refunded(self, charge: SessionCharge, gross_minor: int) -> None:
        session_refund(charge, german(gross_minor), self.shop.told())


def statement(agreement: SettlementAgreement, month: date) -> Settlement:
    """The statement of a month, made when it was over."""
    later = datetime(month.year, month.month + 1, 2, tzinfo=UTC)
    with time_machine.travel(later, tick=False):
        return settlement_make(agreement, month, SYSTEM)


HOST_NAME = {"name": HOST["legal_name"]}
HOST_FACTS = {name: text for name, text in HOST.items() if name != "legal_name"}
