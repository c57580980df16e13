"""An organisation with books, made through the services."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import cached_property
from itertools import count
from typing import Any, TypeVar

from django.db import connection, transaction

from billing.books.lines import Amount, amount
from billing.choices import BillingMode, PartyKind
from billing.models import Account, Party, SessionCharge
from billing.services.accounts.parties import account_open, party_create
from billing.services.books.charges import session_charge
from billing.services.books.postings import Told, top_up_captured
from chargers.choices import TransactionState
from chargers.models import ChargingStation, Transaction
from chargers.services.stations.registration import station_register
from cpms.accounts.models import Organisation
from cpms.accounts.services.organisations import organisation_create
from cpms.core.actors import SYSTEM

T = TypeVar("T")
NOON = datetime(2026, 11, 3, 12, 0, tzinfo=UTC)
TODAY = date(2026, 11, 3)
DE_19 = "DE-19"


def german(gross_minor: int) -> Amount:
    """A price with the tax of 19 percent inside."""
    net = round(gross_minor / 1.19)
    return amount(net, gross_minor - net, DE_19)


@dataclass
class Shop:
    """Whose books they are. Rows are made when they are looked at."""

    name: str
    organisation: Organisation = field(init=False)

    def __post_init__(self) -> None:
        self.organisation = organisation_create(f"{self.name} energy", SYSTEM)
        self._numbers = count(1)

    @property
    def key(self) -> int:
        return self.organisation.pk

    @cached_property
    def operator(self) -> Party:
        return self.party(PartyKind.OPERATOR, f"{self.name} operator")

    def party(self, kind: PartyKind, name: str, **facts: Any) -> Party:
        return party_create(
            self.organisation, SYSTEM, kind=kind, legal_name=name, **{"country": "DE", **facts}
        )

    def party_of(self, kind: PartyKind) -> Party:
        """The party of this kind there is."""
        return Party.objects.get(organisation=self.organisation, kind=kind)

    def account(self, mode: BillingMode, **facts: Any) -> Account:
        name = f"{self.name} {mode} {next(self._numbers)}"
        party = self.party(PartyKind.DRIVER, f"{name} driver")
        return account_open(party, SYSTEM, **{"currency": "EUR", **facts}, name=name, billing_mode=mode)

    def wallet(self, minor: int = 0, overshoot_minor: int = 0) -> Account:
        """A prepaid account with so much in its wallet."""
        account = self.account(BillingMode.PREPAID, overshoot_minor=overshoot_minor)
        if minor:
            top_up_captured(account, "fake", minor, self.told())
        return account

    @cached_property
    def invoiced(self) -> Account:
        return self.account(BillingMode.POSTPAID)

    @cached_property
    def guests(self) -> Account:
        return self.account(BillingMode.AD_HOC)

    @cached_property
    def station(self) -> ChargingStation:
        return station_register(self.organisation, f"{self.name}-1", SYSTEM)[0]

    def session(self) -> Transaction:
        """A transaction that is over."""
        return self.sessions(1)[0]

    def sessions(self, number: int, save: bool = True) -> list[Transaction]:
        """So many transactions, each with a number of its own."""
        its = {"organisation_id": self.key, "station": self.station, "state": TransactionState.ENDED}
        times = {"started_at": NOON, "start_received_at": NOON, "ended_at": NOON, "energy_wh": 1000}
        names = [f"{self.name}-{next(self._numbers)}" for _ in range(number)]
        rows = [Transaction(**its, **times, reference=name, natural_key=name) for name in names]
        return Transaction.objects.bulk_create(rows, batch_size=1000) if save else rows

    def charged(self, account: Account, gross_minor: int) -> SessionCharge:
        """A new session with its final price."""
        return session_charge(self.session(), account, german(gross_minor), NOON)

    def told(self, reference: str = "", **facts: Any) -> Told:
        """Something that happened at noon; without a reference it is a new thing."""
        return Told(NOON, reference or f"event {next(self._numbers)}", **facts)

    @staticmethod
    def settle() -> None:
        """Check now what the database checks at the commit."""
        connection.check_constraints()


def at_once(*calls: Callable[[], T]) -> list[T | Exception]:
    """Run calls in threads with connections of their own; what each gave or raised."""

    def run(call: Callable[[], T]) -> T | Exception:
        try:
            return call()
        except Exception as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


# Children before parents; everything a test of the books commits.
_TABLES = (
    "billing_dunningstep", "billing_dunningcase", "billing_dunningprofile",
    "billing_providerevent", "billing_paymentcall", "billing_refund", "billing_paymentdispute",
    "billing_paymentintent", "billing_paymentmethod",
    "billing_voucheruse", "billing_voucherredemption", "billing_vouchercode", "billing_vouchercampaign_sites",
    "billing_vouchercampaign",
    "billing_energyuse", "billing_energygrant", "billing_subscriptionperiod", "billing_subscription",
    "billing_planversion", "billing_subscriptionplan",
    "billing_spendingstop", "billing_rating", "billing_priceagreement", "billing_accounttag", "billing_accountgroup",
    "billing_tariffassignment",
    "billing_tariffversion", "billing_tarifffamily",
    "billing_receiptmail", "billing_invoicedocument",
    "billing_vatcheck", "billing_reimbursementline", "billing_reimbursement", "billing_homerate", "billing_homestation",
    "billing_settlementdocument", "billing_settlementline", "billing_settlement", "billing_settlementagreement",
    "billing_taxline", "billing_invoiceline", "billing_invoice", "billing_invoiceseries", "billing_sessioncharge",
    "billing_journalline", "billing_journalentry", "billing_ledgerbalance", "billing_ledgeraccount",
    "billing_datevsettings", "billing_postingperiod", "billing_accountmembership", "billing_account", "billing_party",
)  # fmt: skip


def books_empty() -> None:
    """Delete committed books: as their owner, with the triggers that forbid it put aside.

    A test that commits books and then has its tables flushed needs this first.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        for table in _TABLES:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        for table in _TABLES:
            cursor.execute(f"DELETE FROM {table}")
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for table in _TABLES:
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
