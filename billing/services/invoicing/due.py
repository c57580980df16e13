"""Which charged sessions are on no invoice yet."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Count, Exists, Max, Min, OuterRef, QuerySet, Sum

from billing.books.cycles import Cycle, whole_until
from billing.choices import BillingMode
from billing.models import Account, InvoiceLine, SessionCharge
from cpms.core import clock

# What is older was invoiced elsewhere, or never will be.
REMEMBERED = timedelta(days=400)
# Internal cost centres owe nobody, and what is free has no charge.
INVOICED_MODES = (BillingMode.PREPAID, BillingMode.POSTPAID, BillingMode.AD_HOC)


@dataclass(frozen=True, slots=True)
class Due:
    """What an account has that is on no invoice: how many sessions, their sum, from when to when."""

    account: Account
    sessions: int
    gross_minor: int
    since: datetime
    until: datetime


def uninvoiced() -> QuerySet[SessionCharge]:
    """Charges with something to pay that are on no invoice, neither drafted nor issued."""
    lines = InvoiceLine.objects.filter(entry=OuterRef("entry"), credits=None)
    rows = SessionCharge.objects.filter(
        entry__isnull=False, gross_minor__gt=0, account__billing_mode__in=INVOICED_MODES,
        ended_at__gt=clock.now() - REMEMBERED,
    )  # fmt: skip
    return rows.filter(~Exists(lines))


def due_charges(account: Account, until: datetime | None = None) -> QuerySet[SessionCharge]:
    """Those of an account whose session ended before a moment, by when it ended."""
    rows = uninvoiced().filter(account=account)
    if until is not None:
        rows = rows.filter(ended_at__lt=until)
    related = ("transaction__station__site", "transaction__station__organisation", "entry", "account__party")
    return rows.select_related(*related).order_by("ended_at", "id")


def cycle_end(account: Account, now: datetime) -> datetime:
    """The moment before which sessions of the account can be invoiced: the end of its last whole cycle."""
    zone = ZoneInfo(account.organisation.time_zone)
    day: date = whole_until(Cycle(account.cycle), now.astimezone(zone).date())
    return datetime(day.year, day.month, day.day, tzinfo=zone)


def dues(accounts: Iterable[Account]) -> list[Due]:
    """What is on no invoice, by account; accounts with nothing are left out."""
    by_key = {account.pk: account for account in accounts}
    rows = uninvoiced().filter(account__in=by_key).order_by().values("account_id")
    sums = rows.annotate(
        sessions=Count("pk"), gross=Sum("gross_minor"), since=Min("ended_at"), until=Max("ended_at")
    )
    made = [
        Due(by_key[row["account_id"]], row["sessions"], row["gross"], row["since"], row["until"])
        for row in sums
    ]
    return sorted(made, key=lambda due: (due.account.name, due.account.pk))
