"""An issued invoice as the semantic model of EN 16931: from what was frozen alone."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from billing.choices import BillingMode, DocumentKind
from billing.einvoice.model import CREDIT_NOTE, INVOICE, Document, Line, Party, Preceding, Tax
from billing.models import Invoice, InvoiceLine
from billing.services.accounts.guests import NOWHERE

from .face import address, paid_minor, pay_text

_CODES = {DocumentKind.INVOICE: INVOICE, DocumentKind.CREDIT_NOTE: CREDIT_NOTE}


def semantic(invoice: Invoice) -> Document:
    """The model of an issued document. Raises `Unfit` for what the norm cannot say."""
    assert invoice.issued_on is not None
    paid = paid_minor(invoice)
    is_note = invoice.kind == DocumentKind.CREDIT_NOTE
    return Document(
        type_code=_CODES[DocumentKind(invoice.kind)],
        number=invoice.code,
        issued_on=invoice.issued_on,
        due_on=None if is_note else invoice.due_on,
        currency=invoice.currency,
        seller=_seller(invoice.issuer_snapshot),
        buyer=_buyer(invoice),
        first_day=invoice.supply_from,
        last_day=invoice.supply_to,
        lines=tuple(map(_line, invoice.lines.all())),
        taxes=tuple(
            Tax(tax.category, tax.rate, tax.net_minor, tax.tax_minor, _reason(invoice, tax.category))
            for tax in invoice.tax_lines.all()
        ),
        rounding_minor=invoice.rounding_minor or 0,
        paid_minor=paid,
        notes=(*invoice.notes, *([invoice.reason] if invoice.reason else [])),
        terms=pay_text(invoice, (invoice.payable_minor or 0) - paid),
        iban=str(invoice.issuer_snapshot.get("iban") or ""),
        is_card=invoice.account.billing_mode == BillingMode.AD_HOC,
        preceding=Preceding(invoice.corrects.code, invoice.corrects.issued_on) if invoice.corrects else None,
    )


def _seller(told: Mapping[str, Any]) -> Party:
    return Party(
        told["legal_name"], told["country"], told["street"], told["postal_code"], told["city"], told["vat_id"],
        told.get("tax_number", ""), told["email"],
    )  # fmt: skip


def _buyer(invoice: Invoice) -> Party:
    """Of a guest nothing is known but an address for mail; he bought where the seller sells."""
    told = invoice.buyer_snapshot
    country = told["country"] if told["country"] != NOWHERE else invoice.issuer_snapshot["country"]
    name = (address(told) or ["Guest"])[0]
    return Party(
        name, country, told["street"], told["postal_code"], told["city"], told["vat_id"], email=told["email"]
    )


def _line(line: InvoiceLine) -> Line:
    first, last = (_day(line.details, name) for name in ("started_at", "ended_at"))
    return Line(
        line.position, line.description, line.quantity, line.unit, line.net_minor or 0, line.tax_category,
        line.tax_rate, first, last,
    )  # fmt: skip


def _day(details: Mapping[str, Any], name: str) -> date | None:
    told = details.get(name)
    return datetime.fromisoformat(told).astimezone(ZoneInfo(details["zone"])).date() if told else None


def _reason(invoice: Invoice, category: str) -> str:
    """The text of the decision that took the tax away."""
    texts = [made["text"] for made in invoice.tax_decisions if made["category"] == category and made["text"]]
    return texts[0] if texts and category != "S" else ""
