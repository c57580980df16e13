"""What customers on invoice still have to pay, invoice by invoice, with its age."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import QuerySet, Sum

from billing.books.aging import AGES, Billed, age, still_open
from billing.choices import BillingMode, DocumentKind, InvoiceState
from billing.models import Account, Invoice
from billing.services.books.ledger import receivable_minor
from cpms.core.zones import today_in

from .due import uninvoiced

# Of one account: a customer with more open invoices has other troubles.
_MOST = 500


@dataclass(frozen=True, slots=True)
class OpenItem:
    """An invoice that is not paid, or not whole: `days_overdue` is below 1 until its day has passed."""

    account: Account
    invoice: Invoice
    open_minor: int
    days_overdue: int

    @property
    def age(self) -> str:
        """The column of a list by age: not_due, to_30, to_60, to_90, older."""
        return age(self.days_overdue)


def open_items(accounts: QuerySet[Account], today: date | None = None) -> list[OpenItem]:
    """Open invoices of accounts on invoice, of `selectors.accounts_with_money`, the oldest first."""
    owing = {"billing_mode": BillingMode.POSTPAID, "owed_minor__gt": 0}
    rows: list[Any] = list(accounts.filter(**owing).select_related("organisation"))
    waiting = _uninvoiced_minor(rows)
    items = [
        item for account in rows for item in _of(account, account.owed_minor, waiting[account.pk], today)
    ]
    return sorted(items, key=lambda item: (-item.days_overdue, item.account.name, item.invoice.pk))


def open_items_of(account: Account, today: date | None = None) -> list[OpenItem]:
    """The same of one account, as the books stand now; the oldest first."""
    if account.billing_mode != BillingMode.POSTPAID:
        return []
    items = _of(account, receivable_minor(account), _uninvoiced_minor([account])[account.pk], today)
    return sorted(items, key=lambda item: (-item.days_overdue, item.invoice.pk))


def _uninvoiced_minor(accounts: list[Account]) -> dict[int, int]:
    sums = (
        uninvoiced()
        .filter(account__in=accounts)
        .order_by()
        .values("account")
        .annotate(all=Sum("gross_minor"))
    )
    return defaultdict(int, {row["account"]: row["all"] for row in sums})


def _of(account: Account, owed_minor: int, uninvoiced_minor: int, today: date | None) -> Iterator[OpenItem]:
    on = today or local_day(account)
    issued = Invoice.objects.filter(account=account, kind=DocumentKind.INVOICE, state=InvoiceState.ISSUED)
    invoices = [one for one in issued.order_by("-due_on", "-pk")[:_MOST] if one.due_on is not None]
    credited = _credited(account)
    billed = [
        Billed(one.due_on, (one.payable_minor or 0) - credited.get(one.pk, 0))
        for one in invoices
        if one.due_on
    ]
    for invoice, minor in zip(invoices, still_open(owed_minor, uninvoiced_minor, billed), strict=True):
        if minor and invoice.due_on:
            yield OpenItem(account, invoice, minor, (on - invoice.due_on).days)


def local_day(account: Account) -> date:
    """Today, where the account's operator is."""
    return today_in(account.organisation.time_zone)


def _credited(account: Account) -> dict[int, int]:
    notes = Invoice.objects.filter(account=account, kind=DocumentKind.CREDIT_NOTE, state=InvoiceState.ISSUED)
    rows = notes.order_by().values("corrects").annotate(all=Sum("payable_minor"))
    return {row["corrects"]: row["all"] for row in rows if row["corrects"] is not None}


def by_age(items: Iterable[OpenItem]) -> dict[str, dict[str, int]]:
    """Sums for each currency and age, in minor units."""
    sums: dict[str, dict[str, int]] = {}
    for item in items:
        row = sums.setdefault(item.invoice.currency, {name: 0 for name, _ in AGES})
        row[item.age] += item.open_minor
    return sums
