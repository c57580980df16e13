"""Reading invoices, each query starting from the viewer: the getter is the permission check."""

from django.db.models import QuerySet

from billing.models import Invoice, InvoiceDocument, InvoiceLine, InvoiceSeries, ReceiptMail, TaxLine
from billing.selectors.scope import mine
from cpms.accounts.viewer import Viewer


def invoice_series_for(viewer: Viewer) -> QuerySet[InvoiceSeries]:
    """Series of numbers, the latest year first."""
    return InvoiceSeries.objects.filter(mine(viewer)).select_related("issuer")


def invoices_for(viewer: Viewer) -> QuerySet[Invoice]:
    """Invoices and credit notes, newest first."""
    return Invoice.objects.filter(mine(viewer)).select_related("account", "series", "corrects")


def invoice_lines_for(viewer: Viewer) -> QuerySet[InvoiceLine]:
    """Lines of invoices, by invoice and position."""
    lines = InvoiceLine.objects.filter(mine(viewer, "invoice__organisation"))
    return lines.select_related("invoice", "charge").order_by("invoice_id", "position")


def invoice_documents_for(viewer: Viewer) -> QuerySet[InvoiceDocument]:
    """What issued invoices were handed out as; its bytes only when they are asked for."""
    rows = InvoiceDocument.objects.filter(mine(viewer, "invoice__organisation"))
    return rows.select_related("invoice").defer("content")


def receipt_mails_for(viewer: Viewer) -> QuerySet[ReceiptMail]:
    """Mails with receipts, newest first."""
    return ReceiptMail.objects.filter(mine(viewer)).select_related("transaction")


def tax_lines_for(viewer: Viewer) -> QuerySet[TaxLine]:
    """Tax of issued invoices, by invoice."""
    lines = TaxLine.objects.filter(mine(viewer, "invoice__organisation"))
    return lines.select_related("invoice").order_by("invoice_id", "category", "-rate")
