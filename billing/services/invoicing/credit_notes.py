"""Credit notes: they refer to an issued invoice and never credit more than it, however many are issued at once."""

from collections.abc import Mapping

from django.core.exceptions import ValidationError
from django.db import transaction

from billing.choices import DocumentKind, InvoiceState, TaxCategory
from billing.models import Invoice, InvoiceLine

from .invoices import Item, Supply, draft


def credit_note_draft(
    invoice: Invoice, key: str, reason: str, gross_minor: Mapping[int, int] | None = None
) -> Invoice:
    """A draft that credits lines of an invoice, by position; all of them in full when none is named.

    What the customer is owed is posted by the refund or correction of the charge; the issue posts the rounding alone. A
    repeat of the key returns the first one. Raises ValidationError for an invoice that is not issued, and naming the
    line.
    """
    if invoice.state != InvoiceState.ISSUED or invoice.kind != DocumentKind.INVOICE:
        raise ValidationError({"invoice": f"{invoice} is no issued invoice"})
    lines = {line.position: line for line in invoice.lines.all()}
    wanted = gross_minor or {position: line.gross_minor for position, line in lines.items()}
    items = [_item(lines, position, gross) for position, gross in sorted(wanted.items())]
    made = Invoice(
        account=invoice.account, issuer=invoice.issuer, key=key, kind=DocumentKind.CREDIT_NOTE, corrects=invoice,
        reason=reason[:255], tax_decisions=invoice.tax_decisions,
    )  # fmt: skip
    with transaction.atomic():
        return draft(made, items, Supply(invoice.supply_from, invoice.supply_to))


def _item(lines: Mapping[int, InvoiceLine], position: int, gross_minor: int) -> Item:
    line = lines.get(position)
    if line is None:
        raise ValidationError({"lines": f"the invoice has no line {position}"})
    if abs(gross_minor) > abs(line.gross_minor) or gross_minor * line.gross_minor < 0:
        raise ValidationError({"lines": f"line {position} is {line.gross_minor}, not {gross_minor}"})
    return Item(
        line.description, gross_minor, posted_net(line, gross_minor), TaxCategory(line.tax_category),
        line.tax_rate, line.tax_code, line.quantity, line.unit, line.charge, line.entry, line, line.details,
    )  # fmt: skip


def posted_net(line: InvoiceLine, gross_minor: int) -> int:
    """The same part of the posted net, to the whole unit nearest to zero."""
    if not line.gross_minor:
        return 0
    return (
        abs(line.posted_net_minor)
        * abs(gross_minor)
        // abs(line.gross_minor)
        * (1 if gross_minor >= 0 else -1)
    )
