"""Long tests of the books: random events and many issuers in several processes that are killed, and then the proof."""

import random
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from django.db import connection

from billing.choices import BillingMode, DocumentKind, PartyKind
from billing.models import Account, Invoice, JournalEntry, SessionCharge
from billing.services.accounts.parties import account_open
from billing.services.books.checks import books_check
from billing.services.invoicing.series import series_gaps, series_open
from chargers.models import Transaction
from cpms.core.actors import SYSTEM

from .crew import Crew
from .issuing import amounts, documents
from .plan import Event, events
from .proof import Mirror, balances, by_code, order_of_replay, replayed, stored
from .shop import NOON, Shop

MODES = (BillingMode.PREPAID, BillingMode.PREPAID, BillingMode.POSTPAID, BillingMode.AD_HOC)
# Events of these kinds are accepted whatever came before, so each must be in the books once.
ALWAYS = {"top_up": "top_up", "capture": "capture", "payout": "payout", "host": "host_share", "fee": "subscription_fee",
          "dispute": "chargeback"}  # fmt: skip


@dataclass
class Outcome:
    """What was done, what is wrong (nothing, if all is well), and how long it took."""

    what: str
    killed: Counter[str]
    told: Counter[str]
    figures: dict[str, int]
    wrong: list[str] = field(default_factory=list)
    took_s: float = 0.0

    def __str__(self) -> str:
        counts = "; ".join(
            ", ".join(f"{name} {number:,}" for name, number in sorted(each.items()))
            for each in (self.killed, self.told, self.figures)
        )
        verdict = "\n".join(self.wrong) or "nothing wrong"
        return f"{self.what} in {self.took_s:.0f} s: {counts}\n{verdict}"


@dataclass(frozen=True, slots=True)
class Run:
    """Where a campaign lives and how hard it is treated."""

    home: Path
    database_url: str
    seed: int
    kills: int
    pace_s: tuple[float, float] = (0.3, 2.0)
    limit_s: float = 3000.0


def post_campaign(run: Run, number: int, workers: int, replay: bool) -> Outcome:
    """Tell so many random events by several workers, and prove the books."""
    begun = time.monotonic()
    shop = Shop("BOOKS")
    plan = furnish(shop, run.seed, number)
    facts = {"task": "post", "seed": run.seed, "events": number, "workers": workers, "organisation": shop.key}
    crew = Crew(run.home, run.database_url, facts | {"accounts": _accounts(number)}, workers)
    crew.run(run.kills, run.pace_s, random.Random(run.seed), run.limit_s)
    entries = JournalEntry.objects.filter(organisation=shop.organisation)
    figures = {"entries": entries.count(), "sessions": SessionCharge.objects.count()}
    outcome = Outcome(f"{number:,} events, seed {run.seed}", crew.killed, crew.outcomes(), figures)
    outcome.wrong = wrong_with(shop, plan, run.seed)
    if replay:
        outcome.wrong += wrong_with_replay(shop, run.seed)
    outcome.took_s = time.monotonic() - begun
    return outcome


def _accounts(number: int) -> int:
    return max(8, min(200, number // 50))


def furnish(shop: Shop, seed: int, number: int) -> list[Event]:
    """Accounts of all modes, a site host, and the sessions that will be rated; what will happen to them."""
    plan = events(seed, number, _accounts(number))
    for n in range(_accounts(number)):
        shop.account(MODES[n % len(MODES)], overshoot_minor=(n % 5) * 300)
    shop.party(PartyKind.SITE_HOST, "Host")
    names = [f"event-{event.number}" for event in plan if event.kind == "rate"]
    sessions = shop.sessions(len(names), save=False)
    for session, name in zip(sessions, names, strict=True):
        session.reference = session.natural_key = name
    Transaction.objects.bulk_create(sessions, batch_size=1000)
    return plan


def wrong_with(shop: Shop, plan: list[Event], seed: int) -> list[str]:
    """All that does not agree, as sentences."""
    wrong = [str(finding) for finding in books_check()]
    rated = sum(event.kind == "rate" for event in plan)
    if (charged := SessionCharge.objects.filter(organisation=shop.organisation).count()) != rated:
        wrong.append(f"{rated} sessions were rated, {charged} are charged")
    for kind, posted_as in ALWAYS.items():
        told = sum(event.kind == kind for event in plan)
        posted = JournalEntry.objects.filter(organisation=shop.organisation, kind=posted_as).count()
        if posted != told:
            wrong.append(f"{told} times {kind}, {posted} entries of {posted_as}")
    books = stored(shop.key)
    if replayed(shop.key, random.Random(seed)) != books:
        wrong.append("the facts of the entries in another order give other books")
    if balances(shop.key) != by_code(books):
        wrong.append("running balances are not the sums of their lines")
    return wrong


def wrong_with_replay(shop: Shop, seed: int) -> list[str]:
    """Tell other books the accepted events in another order, some of them again, and compare."""
    other = Shop("MIRROR")
    names = {shop.party_of(PartyKind.SITE_HOST).public_id: other.party(PartyKind.SITE_HOST, "Host").public_id}
    for account in Account.objects.filter(organisation=shop.organisation).select_related("party"):
        # In another order a wallet may be far below zero for a while.
        twin = account_open(
            other.operator, SYSTEM, name=account.name, billing_mode=account.billing_mode, currency="EUR",
            overshoot_minor=10**12,
        )  # fmt: skip
        names[account.public_id] = twin.public_id
    mirror = Mirror(other.organisation, names)
    entries = list(JournalEntry.objects.filter(organisation=shop.organisation).select_related("reverses"))
    for entry in order_of_replay(entries, random.Random(seed)):
        mirror.tell(entry, NOON)
    if mirror.books() != stored(shop.key):
        return ["the events told in another order gave other books"]
    return [str(finding) for finding in books_check() if finding.organisation_id == other.key]


def invoice_campaign(run: Run, invoices: int, issuers: int, threads: int) -> Outcome:
    """Issue so many invoices by so many issuers at once, and prove the series."""
    begun = time.monotonic()
    shop = Shop("INVOICES")
    account = shop.invoiced
    for kind in DocumentKind:
        series_open(shop.operator, kind, NOON.year, SYSTEM)
    facts = {"task": "issue", "seed": run.seed, "invoices": invoices, "issuers": issuers, "threads": threads}
    crew = Crew(
        run.home,
        run.database_url,
        facts | {"account": account.pk, "issuer": shop.operator.pk},
        issuers // threads,
    )
    crew.run(run.kills, run.pace_s, random.Random(run.seed), run.limit_s)
    rows = Invoice.objects.filter(organisation=shop.organisation)
    kinds = {kind.value: rows.filter(kind=kind, state="issued").count() for kind in DocumentKind}
    outcome = Outcome(
        f"{invoices:,} invoices by {issuers} issuers, seed {run.seed}", crew.killed, crew.outcomes(), kinds
    )
    outcome.wrong = wrong_with_invoices(shop, run.seed, invoices, issuers)
    outcome.took_s = time.monotonic() - begun
    return outcome


def wrong_with_invoices(shop: Shop, seed: int, invoices: int, issuers: int) -> list[str]:
    """All that does not agree, as sentences."""
    wrong = [str(finding) for finding in books_check()] + [str(gap) for gap in series_gaps()]
    rows = Invoice.objects.filter(organisation=shop.organisation, state="issued")
    numbers = sorted(rows.filter(kind=DocumentKind.INVOICE).values_list("number", flat=True))
    if numbers != list(range(1, invoices + 1)):
        wrong.append(f"{invoices} invoices have {len(numbers)} numbers up to {max(numbers, default=0)}")
    if sum(rows.filter(kind=DocumentKind.INVOICE).values_list("payable_minor", flat=True)) != sum(
        sum(amounts(number)) for number in range(invoices)
    ):
        wrong.append("the invoices add up to something else than their payables")
    credited = {
        d.number for issuer in range(issuers) for d in documents(seed, invoices, issuers, issuer) if d.note
    }
    # Two notes of three fifths: one always fits, both only where the lines are a cent.
    if not len(credited) <= rows.filter(kind=DocumentKind.CREDIT_NOTE).count() <= len(credited) * 1.05 + 1:
        wrong.append(
            f"{len(credited)} invoices were credited by {rows.filter(kind='credit_note').count()} notes"
        )
    return wrong


def database_url() -> str:
    """The database this process works on."""
    its = connection.settings_dict
    return f"postgresql://{its['USER']}:{its['PASSWORD']}@{its['HOST']}:{its['PORT']}/{its['NAME']}"
