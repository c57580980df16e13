"""What customers on invoice still have to pay, invoice by invoice, with its age."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from django.db.models import QuerySet, Sum

from billing.books.aging import AGES, Billed, age, still_open
from billing.choices import BillingMode, DocumentKind, InvoiceState
from billing.models import Account, Invoice
from cpms.core import clock

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
    rows = list(accounts.filter(**owing).select_related("organisation"))
    sums = uninvoiced().filter(account__in=rows).order_by().values("account").annotate(all=Sum("gross_minor"))
    waiting = {row["account"]: row["all"] for row in sums}
    items = [item for account in rows for item in _of(account, waiting.get(account.pk, 0), today)]
    return sorted(items, key=lambda item: (-item.days_overdue, item.account.name, item.invoice.pk))


def _of(account: Account, uninvoiced_minor: int, today: date | None) -> Iterator[OpenItem]:
    owed: int = account.owed_minor  # type: ignore[attr-defined]
    on = today or clock.now().astimezone(ZoneInfo(account.organisation.time_zone)).date()
    issued = Invoice.objects.filter(account=account, kind=DocumentKind.INVOICE, state=InvoiceState.ISSUED)
    invoices = [one for one in issued.order_by("-due_on", "-pk")[:_MOST] if one.due_on is not None]
    credited = _credited(account)
    billed = [
        Billed(one.due_on, (one.payable_minor or 0) - credited.get(one.pk, 0))
        for one in invoices
        if one.due_on
    ]
    for invoice, minor in zip(invoices, still_open(owed, uninvoiced_minor, billed), strict=True):
        if minor and invoice.due_on:
            yield OpenItem(account, invoice, minor, (on - invoice.due_on).days)


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
