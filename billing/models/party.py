"""People and companies that owe or are owed."""

from django.db import models

from cpms.accounts.models import Organisation
from cpms.core.models import PublicModel

from ..choices import PartyKind


class Party(PublicModel):
    """Somebody with a name and address for invoices. Invoices keep what stood here when they were issued.

    `vat_proof` is what a check of the VAT id answered, `vat_checked_at` when; without it no reverse charge.
    """

    id_prefix = "pty"

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="parties")
    kind = models.CharField(max_length=10, choices=PartyKind)
    legal_name = models.CharField(max_length=200)
    street = models.CharField(max_length=200, blank=True)
    postal_code = models.CharField(max_length=20, blank=True)
    city = models.CharField(max_length=100, blank=True)
    country = models.CharField(max_length=2, help_text="ISO 3166-1, two letters.")
    email = models.EmailField(blank=True)
    locale = models.CharField(max_length=10, default="en")
    vat_id = models.CharField("VAT id", max_length=20, blank=True)
    vat_checked_at = models.DateTimeField(null=True, blank=True)
    vat_proof = models.CharField(max_length=255, blank=True)
    tax_number = models.CharField(
        max_length=40,
        blank=True,
        help_text="Of issuers without a VAT id: as the tax office wrote it (BT-32).",
    )
    is_small_business = models.BooleanField(
        default=False, help_text="Exempt from VAT as a small enterprise (Directive 2006/112/EC art. 284)."
    )
    iban = models.CharField(
        "IBAN", max_length=34, blank=True, help_text="Where invoices are paid to (BT-84)."
    )

    class Meta:
        ordering = ["legal_name", "id"]
        verbose_name_plural = "parties"

    def __str__(self) -> str:
        return self.legal_name
