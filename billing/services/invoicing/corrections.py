"""Credit notes for what was refunded or corrected since its invoice: documents follow the books."""

import logging
from collections import defaultdict
from collections.abc import Iterable

from django.db import transaction
from django.db.models import F, Q, QuerySet, Sum

from billing.books.cycles import Invoiced, to_credit
from billing.books.facts import amount_of
from billing.choices import DocumentKind, InvoiceState
from billing.models import Invoice, InvoiceLine
from billing.services.books.refusals import BooksRefuse
from billing.services.invoicing.credit_notes import credit_note_draft
from billing.services.invoicing.invoices import invoice_issue
from cpms.core.actors import SYSTEM

logger = logging.getLogger(__name__)
AT_ONCE = 200


def credits_run() -> int:
    """Credit whatever the books have taken back since it was invoiced; how many credit notes were issued."""
    keys = _changed().order_by("invoice_id").values_list("invoice_id", flat=True).distinct()[:AT_ONCE]
    return sum(_try(key) for key in keys)


def invoice_correct(invoice: Invoice, reason: str = "") -> Invoice | None:
    """The credit note that brings an invoice to what the books say today; None when they agree."""
    with transaction.atomic():
        # The invoice's row is the lock: two at once must not both credit the same.
        invoice = Invoice.objects.select_for_update(of=("self",)).select_related("account").get(pk=invoice.pk)
        missing = missing_credits(invoice)
        if not missing:
            return None
        key = f"follow:{invoice.public_id}:{sum(credited_minor(invoice).values())}:{sum(missing.values())}"
        draft = credit_note_draft(invoice, key, reason or _reason(invoice), missing)
    return invoice_issue(draft, SYSTEM)


def missing_credits(invoice: Invoice) -> dict[int, int]:
    """What lines, by position, have to be credited beyond what was."""
    lines = list(invoice.lines.filter(charge__isnull=False).select_related("charge"))
    credited = credited_minor(invoice)
    known = [
        Invoiced(
            line.position, str(line.charge_id), line.tax_code, line.gross_minor, credited[line.pk],
            line.charge is not None and line.charge.entry_id == line.entry_id,
        )
        for line in lines
    ]  # fmt: skip
    return to_credit(
        known, {str(line.charge_id): amount_of(line.charge.refunded) for line in lines if line.charge}
    )


def credited_minor(invoice: Invoice) -> dict[int, int]:
    """By the key of a line, what its credit notes take back; drafts count, so that none is written twice."""
    rows: Iterable[tuple[int, int]] = (
        InvoiceLine.objects.filter(credits__invoice=invoice)
        .values_list("credits_id")
        .annotate(gross=Sum("gross_minor"))
    )
    return defaultdict(int, dict(rows))


def left_minor(invoice: Invoice) -> dict[int, int]:
    """By position, what of a session's line has not been credited."""
    credited = credited_minor(invoice)
    lines = invoice.lines.filter(charge__isnull=False)
    return {line.position: line.gross_minor - credited[line.pk] for line in lines}


def _reason(invoice: Invoice) -> str:
    moved = invoice.lines.filter(charge__isnull=False).exclude(charge__entry=F("entry"))
    return (
        "The price of a session was corrected." if moved.exists() else "A part of the price was given back."
    )


def _changed() -> QuerySet[InvoiceLine]:
    """Lines of invoices whose session was refunded or corrected since, and not wholly credited."""
    rows = InvoiceLine.objects.filter(
        invoice__state=InvoiceState.ISSUED, invoice__kind=DocumentKind.INVOICE, charge__isnull=False
    ).filter(Q(charge__refunded_minor__gt=0) | ~Q(charge__entry=F("entry")))
    return (
        rows.annotate(credited=Sum("credited_by__gross_minor", default=0))
        .filter(credited__lt=F("gross_minor"))
        .exclude(credited__gte=F("charge__refunded_minor"), charge__entry=F("entry"))
    )


def _try(key: int) -> bool:
    try:
        return invoice_correct(Invoice.objects.get(pk=key)) is not None
    except BooksRefuse:
        logger.exception("invoice %s was not credited", key)
        return False
