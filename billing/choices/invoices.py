"""States and kinds of invoices."""

from django.db import models

from billing.books.cycles import Cycle
from chargers.choices import AVAILABLE, FAULT, OFFLINE, WAITING, ToneChoices


class DocumentKind(models.TextChoices):
    """What a document is (UNTDID 1001: 380 and 381)."""

    INVOICE = "invoice", "Invoice"
    CREDIT_NOTE = "credit_note", "Credit note"


class SeriesKind(models.TextChoices):
    """What a series of numbers is for."""

    INVOICE = DocumentKind.INVOICE.value, DocumentKind.INVOICE.label
    CREDIT_NOTE = DocumentKind.CREDIT_NOTE.value, DocumentKind.CREDIT_NOTE.label
    SETTLEMENT = "settlement", "Settlement with a site host"


class InvoiceState(ToneChoices):
    """A draft may change; what is issued never does."""

    DRAFT = "draft", WAITING, "Draft"
    ISSUED = "issued", AVAILABLE, "Issued"


class TaxCategory(models.TextChoices):
    """Tax categories of EN 16931 (UNCL 5305)."""

    STANDARD = "S", "Standard or reduced rate"
    ZERO = "Z", "Zero rate"
    EXEMPT = "E", "Exempt"
    REVERSE_CHARGE = "AE", "Reverse charge"
    INTRA_COMMUNITY = "K", "Intra-community supply"
    EXPORT = "G", "Export"
    OUTSIDE = "O", "Not subject to tax"


class InvoiceCycle(models.TextChoices):
    """How often the sessions of an account become an invoice. Wallets and guests get one at once."""

    SESSION = Cycle.SESSION.value, "After each session"
    WEEK = Cycle.WEEK.value, "Every week"
    MONTH = Cycle.MONTH.value, "Every month"


class DocumentFormat(models.TextChoices):
    """The forms in which an issued document leaves the house."""

    HTML = "html", "Web page"
    PDF = "pdf", "PDF"
    UBL = "ubl", "UBL 2.1"
    CII = "cii", "Factur-X (CII)"


class MailState(ToneChoices):
    """Where a mail to a customer stands."""

    WAITING = "waiting", WAITING, "Waiting"
    SENT = "sent", AVAILABLE, "Sent"
    FAILED = "failed", FAULT, "Not delivered"
    DROPPED = "dropped", OFFLINE, "Not sent: too late"
    NOBODY = "nobody", FAULT, "Not sent: no address"
