"""Invoices: drafted once, issued once with the next number of their series, frozen from then on."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from billing.books import totals
from billing.books.lines import Amount, Part
from billing.books.true_up import InvoiceTrueUp
from billing.choices import BillingMode, DocumentKind, InvoiceState, TaxCategory
from billing.events import InvoiceIssued
from billing.models import Account, Invoice, InvoiceLine, JournalEntry, Party, SessionCharge, TaxLine
from cpms.core import audit, clock
from cpms.core.actors import Actor
from cpms.core.events import publish
from cpms.core.zones import day_in

from ..books.ledger import Heading, entry_post
from ..books.refusals import Frozen, KeyConflict, refusals
from .series import number_take

REVERSE_CHARGE_NOTE = "Reverse charge: the recipient accounts for the tax."


@dataclass(frozen=True, slots=True)
class Item:
    """A line to be: a payable with its parts as posted. `charge` and `entry` are set for sessions."""

    description: str
    gross_minor: int
    net_minor: int
    category: TaxCategory
    rate: Decimal
    tax_code: str = ""
    quantity: Decimal = Decimal(1)
    unit: str = "C62"
    charge: SessionCharge | None = None
    entry: JournalEntry | None = None
    credits: InvoiceLine | None = None
    details: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Supply:
    """From which day to which something was supplied, both included (BT-73, BT-74)."""

    start: date
    end: date


def invoice_draft(
    account: Account, issuer: Party, key: str, items: Sequence[Item], supply: Supply
) -> Invoice:
    """A draft of these items; a repeat of the key returns the first one, draft or issued.

    An entry is invoiced once: IntegrityError when another invoice has it. Raises ValidationError naming the item.
    """
    with transaction.atomic():
        return draft(Invoice(account=account, issuer=issuer, key=key), items, supply)


def draft(made: Invoice, items: Sequence[Item], supply: Supply) -> Invoice:
    """Fill and store a new document (call inside a transaction), unless its key has one."""
    account = made.account
    _check(items)
    made.organisation_id, made.currency = account.organisation_id, account.currency
    made.supply_from, made.supply_to = supply.start, supply.end
    Invoice.objects.bulk_create([made], ignore_conflicts=True)
    stored = Invoice.objects.get(organisation_id=account.organisation_id, key=made.key)
    if stored.public_id == made.public_id:
        InvoiceLine.objects.bulk_create(_line(stored, n, item) for n, item in enumerate(items, 1))
    elif (stored.account_id, stored.kind, stored.corrects_id) != (account.pk, made.kind, made.corrects_id):
        raise KeyConflict(f'"{made.key}" is the key of another document: {stored}')
    return stored


def _check(items: Sequence[Item]) -> None:
    if not items:
        raise ValidationError({"items": "an invoice needs at least one"})
    try:
        made = totals.totals([_total_item(item) for item in items])
    except totals.Unclear as error:
        raise ValidationError({"items": str(error)}) from None
    if made.payable_minor < 0:
        raise ValidationError({"items": f"they add up to {made.payable_minor}: write a credit note instead"})


def _total_item(item: Item) -> totals.Item:
    return totals.Item(item.gross_minor, item.category.value, item.rate, item.tax_code)


def _line(invoice: Invoice, position: int, item: Item) -> InvoiceLine:
    return InvoiceLine(
        invoice=invoice, position=position, description=item.description[:255], charge=item.charge,
        entry=item.entry, credits=item.credits, quantity=item.quantity, unit=item.unit,
        gross_minor=item.gross_minor, posted_net_minor=item.net_minor, tax_category=item.category,
        tax_rate=item.rate, tax_code=item.tax_code, details=item.details,
    )  # fmt: skip


def draft_discard(invoice: Invoice) -> None:
    """Delete a draft; its entries can be invoiced again. Raises `Frozen` once it is issued."""
    with refusals(), transaction.atomic():
        found = Invoice.objects.select_for_update().filter(pk=invoice.pk).first()
        if found is None:
            return
        if found.state != InvoiceState.DRAFT:
            raise Frozen(f"{found.code} is issued and stays as it is; what is wrong with it is given back")
        found.delete()


def invoice_issue(invoice: Invoice, actor: Actor, at: datetime | None = None) -> Invoice:
    """Give a draft its number, dates, parties and totals, and bring the books to its rounding; once.

    A repeat returns the issued document. Raises `OverCredited` for a credit note beyond its invoice, ValidationError
    for a reverse charge without a checked VAT id, `PeriodClosed`.
    """
    with refusals(), transaction.atomic():
        invoice = (
            Invoice.objects.select_for_update(of=("self",))
            .select_related("account", "issuer")
            .get(pk=invoice.pk)
        )
        if invoice.state == InvoiceState.ISSUED:
            return invoice
        _fill(invoice, at or clock.now())
        _true_up(invoice)
        _number(invoice)
        invoice.save()
        _tell(invoice, actor)
        return invoice


def _fill(invoice: Invoice, at: datetime) -> None:
    lines = list(invoice.lines.all())
    made = totals.totals([totals.Item(x.gross_minor, x.tax_category, x.tax_rate, x.tax_code) for x in lines])
    for line, net in zip(lines, made.nets_minor, strict=True):
        line.net_minor = net
    InvoiceLine.objects.bulk_update(lines, ["net_minor"])
    TaxLine.objects.bulk_create(
        TaxLine(
            invoice=invoice, category=tax.category, rate=tax.rate, code=tax.tax_code, net_minor=tax.net_minor,
            tax_minor=tax.tax_minor, rounding_minor=tax.rounding_minor,
        )
        for tax in made.taxes
    )  # fmt: skip
    invoice.net_minor, invoice.tax_minor = made.net_minor, made.tax_minor
    invoice.rounding_minor, invoice.payable_minor = made.rounding_minor, made.payable_minor
    _date(invoice, at)
    _parties(invoice, {tax.category for tax in made.taxes})


def _date(invoice: Invoice, at: datetime) -> None:
    # The date on a paper is that of the place where it is written.
    invoice.issued_at, invoice.issued_on = at, day_in(invoice.account.organisation.time_zone, at)
    invoice.due_on = invoice.issued_on + timedelta(days=invoice.account.payment_terms_days)


def _parties(invoice: Invoice, categories: set[str]) -> None:
    buyer, texts = invoice.account.party, _texts(invoice, categories)
    if TaxCategory.REVERSE_CHARGE in categories:
        if not (buyer.vat_id and buyer.vat_checked_at):
            raise ValidationError({"vat_id": f"{buyer} needs a checked VAT id for a reverse charge"})
        texts.insert(0, REVERSE_CHARGE_NOTE)
    invoice.notes = list(dict.fromkeys(texts))
    invoice.issuer_snapshot, invoice.buyer_snapshot = snapshot(invoice.issuer), _buyer(invoice, buyer)


def _texts(invoice: Invoice, categories: set[str]) -> list[str]:
    """What the law wants said of untaxed lines, by the decisions that the document keeps."""
    return [made["text"] for made in invoice.tax_decisions if made["text"] and made["category"] in categories]


def _buyer(invoice: Invoice, buyer: Party) -> dict[str, Any]:
    """The buyer; of a guest nothing is known but where the receipt went, and in which language."""
    told = snapshot(buyer)
    line = invoice.lines.select_related("charge__transaction__payment").exclude(charge=None).first()
    payment = getattr(line.charge.transaction, "payment", None) if line and line.charge else None
    if invoice.account.billing_mode == BillingMode.AD_HOC and payment is not None:
        told |= {"email": payment.email, "locale": payment.locale or buyer.locale}
    return told


def snapshot(party: Party) -> dict[str, Any]:
    """What a document says of a party, as it stands now."""
    fields = (
        "public_id",
        "legal_name",
        "street",
        "postal_code",
        "city",
        "country",
        "email",
        "vat_id",
        "tax_number",
        "iban",
        "locale",
    )
    return {field: getattr(party, field) for field in fields}


def _true_up(invoice: Invoice) -> None:
    """Post what the rounded tax of all lines together differs from that of each; credit notes the other way round."""
    sign = 1 if invoice.kind == DocumentKind.INVOICE else -1
    invoiced = Amount(tuple(Part(t.net_minor, t.tax_minor, t.code) for t in invoice.tax_lines.all()))
    change = invoiced - _posted(invoice)
    moved = Amount(tuple(Part(sign * p.net_minor, sign * p.tax_minor, p.tax_code) for p in change.parts))
    posting = InvoiceTrueUp(moved, sign * (invoice.rounding_minor or 0))
    if any(line.amount_minor for line in posting.lines()):
        at = invoice.issued_at or clock.now()
        heading = Heading(f"true_up:{invoice.public_id}", invoice.currency, at, invoice.public_id)
        entry_post(invoice.organisation_id, posting, heading)


def _posted(invoice: Invoice) -> Amount:
    """The lines as they were posted."""
    posted = Amount(())
    for line in invoice.lines.all():
        tax = line.gross_minor - line.posted_net_minor
        posted += Amount((Part(line.posted_net_minor, tax, line.tax_code),))
    return posted


def _number(invoice: Invoice) -> None:
    assert invoice.issued_on is not None
    series = number_take(invoice.issuer, DocumentKind(invoice.kind), invoice.issued_on)
    invoice.series, invoice.number = series, series.last_number
    invoice.code, invoice.state = f"{series.prefix}{series.last_number:06d}", InvoiceState.ISSUED


def _tell(invoice: Invoice, actor: Actor) -> None:
    audit.record(
        actor, f"{invoice.kind}.issued", organisation_id=invoice.organisation_id, subject=invoice.public_id,
        label=invoice.code, payable_minor=invoice.payable_minor, currency=invoice.currency,
    )  # fmt: skip
    publish(
        InvoiceIssued(
            organisation_id=invoice.organisation_id, subject=invoice.public_id, occurred_at=clock.now(),
            kind=invoice.kind, code=invoice.code, account=invoice.account.public_id,
        )
    )  # fmt: skip
