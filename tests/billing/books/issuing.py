"""Invoices for many issuers: drafted, issued, some of them by two at once, some credited beyond what they are."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from billing.books.lines import Amount
from billing.choices import InvoiceState, TaxCategory
from billing.models import Account, Invoice, Party
from billing.services.invoicing.credit_notes import credit_note_draft
from billing.services.invoicing.invoices import Item, Supply, invoice_draft, invoice_issue
from cpms.core.actors import SYSTEM

from .shop import DE_19, NOON, TODAY, german

ISSUED_TWICE = 0.2
CREDITED = 0.1


@dataclass(frozen=True, slots=True)
class Document:
    """An invoice by its number, or the so-manieth credit note of it."""

    number: int
    note: int = 0


def documents(seed: int, invoices: int, issuers: int, issuer: int) -> Iterator[Document]:
    """What one issuer writes. Credit notes of one invoice are written by neighbours at the same time."""
    rng = random.Random(seed)
    for number in range(invoices):
        owner, twice, credited = number % issuers, rng.random() < ISSUED_TWICE, rng.random() < CREDITED
        if issuer == owner or (twice and issuer == (owner + 1) % issuers):
            yield Document(number)
        for note in (1, 2):
            if credited and issuer == (owner + note) % issuers:
                yield Document(number, note)


def amounts(number: int) -> list[int]:
    """The payables of an invoice."""
    return [1 + (number * 37 + line * 911) % 4000 for line in range(1 + number % 3)]


def items(number: int) -> list[Item]:
    prices: list[Amount] = [german(gross) for gross in amounts(number)]
    return [
        Item("Charging", each.gross_minor, each.net_minor, TaxCategory.STANDARD, Decimal(19), DE_19)
        for each in prices
    ]


def write(job: dict, document: Document) -> None:
    """Draft and issue in two transactions, so that a crash may come between them."""
    account = Account.objects.get(pk=job["account"])
    issuer = Party.objects.get(pk=job["issuer"])
    supply = Supply(TODAY.replace(day=1), TODAY)
    key = f"invoice {document.number}"
    invoice = invoice_draft(account, issuer, key, items(document.number), supply)
    if document.note:
        if invoice.state != InvoiceState.ISSUED:
            invoice = invoice_issue(invoice, SYSTEM, NOON)
        part = {line.position: line.gross_minor * 3 // 5 or 1 for line in invoice.lines.all()}
        invoice = credit_note_draft(invoice, f"note {document.number} {document.note}", "too dear", part)
    invoice_issue(invoice, SYSTEM, NOON)


def issued(organisation_id: int) -> int:
    """How many documents are issued."""
    return Invoice.objects.filter(organisation_id=organisation_id, state=InvoiceState.ISSUED).count()
