"""Giving back a part of what an invoice charged: the books first, the credit note from them, all or nothing."""

from collections.abc import Mapping

from django.core.exceptions import ValidationError
from django.db import transaction

from billing.books.lines import Amount, Part
from billing.choices import BillingMode, DocumentKind, InvoiceState
from billing.models import Invoice, InvoiceLine
from billing.services.books.charges import session_refund
from billing.services.books.postings import Told
from billing.services.books.refusals import refusals
from billing.services.invoicing.credit_notes import posted_net
from cpms.core import audit, clock
from cpms.core.actors import Actor

from .corrections import credited_minor, invoice_correct


def invoice_give_back(invoice: Invoice, gross_minor: Mapping[int, int], reason: str, actor: Actor) -> Invoice:
    """Refund parts of lines, by position, and credit them; the credit note. Back to the wallet, or off what is owed.

    Raises ValidationError naming the line, `OverCredited`. What a guest's card paid goes back through its payment.
    """
    with refusals(), transaction.atomic():
        # The invoice's row is the lock: what was credited before is counted once.
        invoice = Invoice.objects.select_for_update(of=("self",)).select_related("account").get(pk=invoice.pk)
        _check(invoice, gross_minor, reason)
        credited = credited_minor(invoice)
        lines = {line.position: line for line in invoice.lines.select_related("charge")}
        for position, gross in sorted(gross_minor.items()):
            _refund(lines.get(position), position, gross, credited)
        note = invoice_correct(invoice, reason)
        assert note is not None
        audit.record(
            actor, "invoice.credited", organisation_id=invoice.organisation_id, subject=invoice.public_id,
            label=invoice.code, note=note.code, reason=reason, payable_minor=note.payable_minor,
        )  # fmt: skip
        return note


def is_creditable(invoice: Invoice) -> bool:
    """Whether parts of it can be given back from here."""
    issued = invoice.state == InvoiceState.ISSUED and invoice.kind == DocumentKind.INVOICE
    return issued and invoice.account.billing_mode != BillingMode.AD_HOC


def _check(invoice: Invoice, gross_minor: Mapping[int, int], reason: str) -> None:
    if not is_creditable(invoice):
        raise ValidationError(
            "only an issued invoice that no card paid is credited here: refund the payment instead"
        )
    if not any(gross_minor.values()):
        raise ValidationError("say how much of which line")
    if not reason.strip():
        raise ValidationError({"reason": "a reason is needed"})


def _refund(line: InvoiceLine | None, position: int, gross: int, credited: Mapping[int, int]) -> None:
    if line is None or line.charge is None:
        raise ValidationError(f"the invoice has no session on line {position}")
    before = credited.get(line.pk, 0)
    if not 0 < gross <= line.gross_minor - before:
        raise ValidationError(f"of line {position}, {line.gross_minor - before} are left, not {gross}")
    net = posted_net(line, gross)
    part = Amount((Part(net, gross - net, line.tax_code),))
    session_refund(line.charge, part, Told(clock.now(), f"credit:{line.pk}:{before}"))
