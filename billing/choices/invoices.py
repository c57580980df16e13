"""States and kinds of invoices."""

from django.db import models

from chargers.choices import AVAILABLE, WAITING, ToneChoices


class DocumentKind(models.TextChoices):
    """What a document is (UNTDID 1001: 380 and 381)."""

    INVOICE = "invoice", "Invoice"
    CREDIT_NOTE = "credit_note", "Credit note"


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
