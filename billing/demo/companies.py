"""The demo's companies: one whose months are on invoices, who pays late or is reminded, and one that owns a site."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Final
from zoneinfo import ZoneInfo

from django.db.models import Count

from billing.choices import BillingMode, PartyKind
from billing.models import Account, Invoice, Party
from billing.services.accounts.bank import Transfer, bank_receive
from billing.services.accounts.parties import account_open, party_create
from billing.services.dunning.cases import case_open
from billing.services.dunning.rules import rules_set
from billing.services.dunning.steps import step_due
from billing.services.invoicing.run import account_invoice
from billing.services.ratings.outcome import session_rate
from billing.services.ratings.payers import tag_pay_from
from billing.services.settlements.agreements import agreement_make
from chargers.models import IdTag, Site, Transaction
from cpms.accounts.models import Organisation
from cpms.core import clock
from cpms.core.actors import SYSTEM

# Enough for an invoice with something on it, few enough to be priced while a start waits.
_SESSIONS: Final = range(10, 60)
_CARDS: Final = 2


@dataclass(frozen=True, slots=True)
class Company:
    """Who gets invoices and who shares in a site; the addresses are theirs."""

    organisation: str
    customer: dict[str, str]
    host: dict[str, str]
    site: str
    currency: str
    pays: bool = True


COMPANIES: Final = (
    Company(
        "North Garage Charging",
        {"legal_name": "Arroyo Couriers", "street": "88 Arroyo Parkway", "postal_code": "91105", "city": "Pasadena",
         "country": "US", "email": "accounts@arroyo.example"},
        {"legal_name": "Wilson Avenue Properties", "street": "370 Wilson Avenue", "postal_code": "91106",
         "city": "Pasadena", "country": "US", "email": "office@wilson.example"},
        "Wilson Avenue", "USD",
    ),
    Company(
        "Harbour Power",
        {"legal_name": "Nordkaj Marine", "street": "Kajgade 9", "postal_code": "8000", "city": "Aarhus",
         "country": "DK", "email": "bogholderi@nordkaj.example"},
        {"legal_name": "Aarhus Lystbådehavn", "street": "Kajgade 4", "postal_code": "8000", "city": "Aarhus",
         "country": "DK", "email": "kontor@havn.example"},
        "Harbour East", "DKK", pays=False,
    ),
)  # fmt: skip


def seed_companies() -> int:
    """Make what is not there yet; how many invoices there are. Who has a site host has had all of it once.

    Whoever plays with the demonstration may rename and move everybody in it.
    """
    for company in COMPANIES:
        organisation = Organisation.objects.filter(name=company.organisation).first()
        hosts = Party.objects.filter(organisation=organisation, kind=PartyKind.SITE_HOST)
        if organisation and not hosts.exists():
            _shared(organisation, company)
            first = _invoiced(_customer(organisation, company))
            if first is not None:
                (_paid if company.pays else _reminded)(first)
    return Invoice.objects.count()


def idle_tags(organisation: Organisation, number: int) -> list[IdTag]:
    """Tags nobody pays for that were used neither seldom nor all the time."""
    free = IdTag.objects.filter(organisation=organisation, group=None, payer=None)
    used = free.annotate(sessions=Count("transactions"))
    wanted = used.filter(sessions__gte=_SESSIONS.start, sessions__lt=_SESSIONS.stop)
    return list(wanted.order_by("sessions", "uid")[:number])


def sessions_price(tags: list[IdTag]) -> None:
    """Price what these tags charged so far; the worker prices the rest of the history."""
    for session in Transaction.objects.filter(id_tag__in=tags).order_by("started_at"):
        session_rate(session)


def months(organisation: Organisation) -> list[datetime]:
    """The beginnings of this month and the one before, where the organisation is."""
    zone = ZoneInfo(organisation.time_zone)
    this = clock.now().astimezone(zone).date().replace(day=1)
    before = (this - timedelta(days=1)).replace(day=1)
    return [datetime(day.year, day.month, 1, tzinfo=zone) for day in (before, this)]


def _shared(organisation: Organisation, company: Company) -> None:
    host = party_create(organisation, SYSTEM, kind=PartyKind.SITE_HOST, **company.host)
    site = Site.objects.get(organisation=organisation, name=company.site)
    begun: date = months(organisation)[0].date()
    agreement_make(site, host, SYSTEM, currency=company.currency, percent=Decimal(15), valid_from=begun)


def _customer(organisation: Organisation, company: Company) -> Account:
    party = party_create(organisation, SYSTEM, kind=PartyKind.COMPANY, **company.customer)
    account = account_open(
        party, SYSTEM, name=party.legal_name, billing_mode=BillingMode.POSTPAID, currency=company.currency
    )
    tags = idle_tags(organisation, _CARDS)
    for tag in tags:
        tag_pay_from(tag, account, SYSTEM)
    sessions_price(tags)
    return account


def _invoiced(account: Account) -> Invoice | None:
    """A month and what was before it, each dated when it was over; the first of the two."""
    first, *_ = [account_invoice(account, until, SYSTEM, until) for until in months(account.organisation)]
    return first


def _paid(invoice: Invoice) -> None:
    if invoice.payable_minor and invoice.issued_on:
        transfer = Transfer(invoice.payable_minor, f"Transfer {invoice.code}", invoice.issued_on)
        bank_receive(invoice.account, transfer, SYSTEM)


def _reminded(invoice: Invoice) -> None:
    """Late for two weeks at least: the operator reminds, and this one was."""
    rules_set(invoice.organisation, SYSTEM, is_active=True)
    step_due(case_open(invoice, SYSTEM))
