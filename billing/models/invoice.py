"""Invoices and credit notes with gapless numbers. What is issued is frozen by trigger."""

from django.db import models
from django.db.models import F, Q

from cpms.accounts.models import Organisation
from cpms.core.models import PublicModel

from ..choices import DocumentKind, InvoiceState, SeriesKind, TaxCategory
from .account import Account
from .ledger import JournalEntry, SessionCharge
from .party import Party


class InvoiceSeries(PublicModel):
    """Numbers without a gap for one issuer, kind of document and year. `last_number` is the last one given out."""

    id_prefix = "ser"

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="invoice_series")
    issuer = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="invoice_series")
    kind = models.CharField(max_length=11, choices=SeriesKind)
    year = models.PositiveSmallIntegerField()
    prefix = models.CharField(max_length=20, help_text='Before the number, e.g. "2026-".')
    last_number = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["-year", "prefix"]
        verbose_name_plural = "invoice series"
        constraints = [
            models.UniqueConstraint(fields=["issuer", "kind", "year"], name="invoice_series_unique"),
            models.UniqueConstraint(fields=["organisation", "prefix"], name="invoice_series_prefix_unique"),
        ]

    def __str__(self) -> str:
        return f"{self.prefix}{self.last_number}"


class Invoice(PublicModel):
    """An invoice, or a credit note that refers to one (`corrects`). Amounts are positive in both.

    `key` makes a draft the same one however often it is asked for. Number, dates, the snapshots of both parties and the
    totals are empty until the issue. Totals are those of EN 16931: BT-109, BT-110, BT-114, BT-115.
    """

    id_prefix = "inv"

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="invoices")
    kind = models.CharField(max_length=11, choices=DocumentKind, default=DocumentKind.INVOICE)
    state = models.CharField(max_length=6, choices=InvoiceState, default=InvoiceState.DRAFT)
    key = models.CharField(max_length=120)
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="invoices")
    issuer = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="issued_invoices")
    corrects = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="credit_notes")
    reason = models.CharField(max_length=255, blank=True, help_text="Why it was credited.")
    currency = models.CharField(max_length=3)
    supply_from = models.DateField()
    supply_to = models.DateField()

    series = models.ForeignKey(InvoiceSeries, null=True, on_delete=models.PROTECT, related_name="invoices")
    number = models.PositiveIntegerField(null=True)
    code = models.CharField(max_length=40, blank=True, help_text="The number as people read it.")
    issued_at = models.DateTimeField(null=True)
    issued_on = models.DateField(null=True)
    due_on = models.DateField(null=True)
    issuer_snapshot = models.JSONField(default=dict)
    buyer_snapshot = models.JSONField(default=dict)
    notes = models.JSONField(default=list, help_text="Legal texts, e.g. that of the reverse charge.")
    tax_decisions = models.JSONField(
        default=list, help_text="Which rule of the tax table held for which lines, with its evidence."
    )
    held_because = models.CharField(
        max_length=255, blank=True, help_text="Why a draft was not issued by itself, in a sentence."
    )
    net_minor = models.BigIntegerField(null=True)
    tax_minor = models.BigIntegerField(null=True)
    rounding_minor = models.BigIntegerField(null=True)
    payable_minor = models.BigIntegerField(null=True)

    class Meta:
        ordering = ["-issued_at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["organisation", "key"], name="invoice_key_unique"),
            models.UniqueConstraint(fields=["series", "number"], name="invoice_number_unique"),
            models.CheckConstraint(
                name="invoice_issued_is_whole",
                condition=Q(state="draft", number=None, series=None)
                | Q(
                    state="issued", number__isnull=False, series__isnull=False, issued_at__isnull=False,
                    payable_minor__gte=0, payable_minor=F("net_minor") + F("tax_minor") + F("rounding_minor"),
                ),
            ),
            models.CheckConstraint(
                name="invoice_credit_note_corrects",
                condition=Q(kind="invoice", corrects=None) | Q(kind="credit_note", corrects__isnull=False),
            ),
        ]  # fmt: skip
        indexes = [models.Index(fields=["organisation", "-issued_at", "-id"], name="invoices_by_time")]

    def __str__(self) -> str:
        return self.code or self.public_id


class InvoiceLine(models.Model):
    """One payable of an invoice: usually a session, or the part of it with one tax rate.

    `gross_minor` is what was posted and receipted, `posted_net_minor` its net there; `net_minor` is its net on the
    invoice (BT-131). An entry is invoiced once.
    """

    id = models.BigAutoField(primary_key=True)
    invoice = models.ForeignKey(Invoice, on_delete=models.CASCADE, related_name="lines")
    position = models.PositiveIntegerField()
    description = models.CharField(max_length=255)
    charge = models.ForeignKey(
        SessionCharge, null=True, on_delete=models.PROTECT, related_name="invoice_lines"
    )
    entry = models.ForeignKey(JournalEntry, null=True, on_delete=models.PROTECT, related_name="invoice_lines")
    credits = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="credited_by")
    quantity = models.DecimalField(max_digits=18, decimal_places=6)
    unit = models.CharField(max_length=8, help_text="UN/ECE Recommendation 20, e.g. KWH, C62.")
    gross_minor = models.BigIntegerField()
    posted_net_minor = models.BigIntegerField()
    net_minor = models.BigIntegerField(null=True)
    tax_category = models.CharField(max_length=2, choices=TaxCategory)
    tax_rate = models.DecimalField(max_digits=7, decimal_places=4)
    tax_code = models.CharField(max_length=20, blank=True)
    details = models.JSONField(
        default=dict,
        help_text="What a session's line tells beside its text: place, times, energy, registers.",
    )

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["invoice", "position"], name="invoice_line_position_unique"),
            models.UniqueConstraint(
                fields=["entry", "tax_category", "tax_rate"],
                name="invoice_line_entry_once",
                condition=Q(credits=None),
            ),
        ]

    def __str__(self) -> str:
        return self.description


class TaxLine(models.Model):
    """One tax rate of an issued invoice (BG-23)."""

    id = models.BigAutoField(primary_key=True)
    invoice = models.ForeignKey(Invoice, on_delete=models.CASCADE, related_name="tax_lines")
    category = models.CharField(max_length=2, choices=TaxCategory)
    rate = models.DecimalField(max_digits=7, decimal_places=4)
    code = models.CharField(max_length=20, blank=True)
    net_minor = models.BigIntegerField()
    tax_minor = models.BigIntegerField()
    rounding_minor = models.SmallIntegerField()

    class Meta:
        ordering = ["category", "-rate"]
        constraints = [
            models.UniqueConstraint(fields=["invoice", "category", "rate"], name="tax_line_unique"),
            models.CheckConstraint(
                name="tax_line_rounding_small", condition=Q(rounding_minor__gte=-1, rounding_minor__lte=1)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.category} {self.rate}"
