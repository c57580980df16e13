"""The books of a month for others: journal and invoices as CSV, bookings for DATEV, line by line."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet

from billing.books.chart import Purpose
from billing.choices import InvoiceState
from billing.datev.batch import Entry, Head, Side, batch
from billing.models import DatevSettings, Invoice, JournalEntry, JournalLine, PostingPeriod
from billing.pricing.rounding import minor_decimals
from cpms.accounts.models import Organisation
from cpms.core import audit, clock
from cpms.core.actors import Actor

from .csv_files import csv_rows, in_usual_unit

JOURNAL_HEAD: Final = (
    "entry", "kind", "booked_on", "occurred_at", "source", "ledger_account", "amount", "currency", "tax_code",
    "cost_centre", "key", "reverses",
)  # fmt: skip
INVOICES_HEAD: Final = (
    "number", "kind", "issued_on", "due_on", "account", "buyer", "net", "tax", "rounding", "payable", "currency",
    "corrects", "reason",
)  # fmt: skip
_CHUNK: Final = 1_000


@dataclass(frozen=True, slots=True)
class Month:
    """A posting period, named by its first day."""

    first: date

    @classmethod
    def parse(cls, text: str) -> "Month":
        """`2026-10`. Raises ValidationError."""
        try:
            year, month = text.split("-")
            return cls(date(int(year), int(month), 1))
        except ValueError:
            raise ValidationError({"month": "is a year and a month, such as 2026-10"}) from None

    @property
    def last(self) -> date:
        """Its last day."""
        return (self.first + timedelta(days=31)).replace(day=1) - timedelta(days=1)

    @property
    def name(self) -> str:
        """`2026-10`."""
        return f"{self.first:%Y-%m}"


def journal_csv(organisation: Organisation, month: Month) -> Iterator[str]:
    """Every line of the journal booked in a month: amounts in the usual unit, debits positive."""
    return csv_rows(JOURNAL_HEAD, map(_journal_row, _lines(organisation, month).iterator(chunk_size=_CHUNK)))


def _lines(organisation: Organisation, month: Month) -> QuerySet[JournalLine]:
    booked = (month.first, month.last)
    rows = JournalLine.objects.filter(entry__organisation=organisation, entry__booked_on__range=booked)
    rows = rows.select_related("entry__reverses", "ledger_account")
    return rows.order_by("entry__booked_on", "entry_id", "id")


def _journal_row(line: JournalLine) -> tuple[Any, ...]:
    entry = line.entry
    return (
        entry.public_id, entry.kind, entry.booked_on, entry.occurred_at.astimezone(UTC).isoformat(), entry.source,
        line.ledger_account.code, in_usual_unit(line.amount_minor, line.currency), line.currency, line.tax_code,
        line.cost_centre, entry.key, entry.reverses.public_id if entry.reverses else "",
    )  # fmt: skip


def invoices_csv(organisation: Organisation, month: Month) -> Iterator[str]:
    """Every invoice and credit note issued in a month."""
    rows = Invoice.objects.filter(
        organisation=organisation, state=InvoiceState.ISSUED, issued_on__range=(month.first, month.last)
    )
    rows = rows.select_related("account", "corrects").order_by("issued_at", "id")
    return csv_rows(INVOICES_HEAD, map(_invoice_row, rows.iterator(chunk_size=_CHUNK)))


def _invoice_row(invoice: Invoice) -> tuple[Any, ...]:
    amounts = (invoice.net_minor, invoice.tax_minor, invoice.rounding_minor, invoice.payable_minor)
    return (
        invoice.code, invoice.kind, invoice.issued_on, invoice.due_on, invoice.account.public_id,
        invoice.buyer_snapshot.get("legal_name", ""), *(in_usual_unit(minor, invoice.currency) for minor in amounts),
        invoice.currency, invoice.corrects.code if invoice.corrects else "", invoice.reason,
    )  # fmt: skip


def datev_batch(organisation: Organisation, month: Month, currency: str) -> Iterator[bytes]:
    """The entries of a month in one currency as a DATEV batch, final when the month is closed.

    Raises ValidationError naming what is not set up: nothing is handed over in part.
    """
    its = DatevSettings.objects.filter(organisation=organisation).first()
    if its is None:
        raise ValidationError({"datev": "Set up the numbers of your tax adviser first."})
    lines = _lines(organisation, month).filter(currency=currency)
    _check_accounts(its, lines)
    head = _head(organisation, its, month, currency)
    return batch(head, _entries(its, lines.iterator(chunk_size=_CHUNK)), minor_decimals(currency))


def _check_accounts(its: DatevSettings, lines: QuerySet[JournalLine]) -> None:
    used = lines.order_by().values_list("ledger_account__purpose", "tax_code").distinct()
    missing = sorted({purpose for purpose, code in used if not _number(its, purpose, code)})
    if missing:
        raise ValidationError({"accounts": f"Say which account these are: {', '.join(missing)}."})


def _number(its: DatevSettings, purpose: str, tax_code: str) -> str:
    own: str = its.accounts.get(f"{purpose}/{tax_code}", "") if tax_code else ""
    return own or str(its.accounts.get(purpose, ""))


def _head(organisation: Organisation, its: DatevSettings, month: Month, currency: str) -> Head:
    begins = month.first.replace(month=its.year_begins_month)
    if begins > month.first:
        begins = begins.replace(year=begins.year - 1)
    closed = PostingPeriod.objects.filter(organisation=organisation, month=month.first, closed=True).exists()
    return Head(
        its.consultant, its.client, begins, its.account_digits, month.first, month.last, f"CPMS {month.name}",
        currency, closed, clock.now().astimezone(ZoneInfo(organisation.time_zone)),
    )  # fmt: skip


def _entries(its: DatevSettings, lines: Iterable[JournalLine]) -> Iterator[Entry]:
    entry: JournalEntry | None = None
    sides: list[Side] = []
    for line in lines:
        if entry is not None and line.entry_id != entry.pk:
            yield _entry(entry, sides)
            sides = []
        entry = line.entry
        number = _number(its, line.ledger_account.purpose, line.tax_code)
        sides.append(Side(number, line.amount_minor, line.cost_centre))
    if entry is not None:
        yield _entry(entry, sides)


def _entry(entry: JournalEntry, sides: list[Side]) -> Entry:
    reference = entry.source or entry.public_id
    return Entry(entry.booked_on, reference, str(entry.get_kind_display()), tuple(sides))


@transaction.atomic
def datev_set(organisation: Organisation, actor: Actor, **facts: Any) -> DatevSettings:
    """Set the adviser's numbers and the accounts. Raises ValidationError naming the field."""
    accounts, digits = facts.get("accounts", {}), facts["account_digits"]
    for key, number in accounts.items():
        purpose = key.partition("/")[0]
        if purpose not in {each.value for each in Purpose}:
            raise ValidationError({"accounts": f"{key[:60]} is no ledger account"})
        if not (number.isascii() and number.isdigit() and len(number) in (digits, digits + 1)):
            raise ValidationError({"accounts": f"{key[:60]}: an account has {digits} or {digits + 1} digits"})
    known = DatevSettings.objects.filter(organisation=organisation).first()
    its = known or DatevSettings(organisation=organisation)
    for name, value in facts.items():
        setattr(its, name, value)
    its.full_clean()
    its.save()
    audit.record(
        actor, "datev.set", organisation_id=organisation.pk, subject=its.public_id, label=str(its),
        accounts=len(accounts),
    )  # fmt: skip
    return its
