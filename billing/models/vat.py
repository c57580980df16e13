"""What a register answered about the VAT ids of parties: the evidence of reverse charges."""

from django.db import models

from cpms.accounts.models import Organisation
from cpms.core.models import PublicModel

from ..choices import VatAnswer
from .party import Party


class VatCheck(PublicModel):
    """An answer of VIES as it was written down; it never changes (trigger).

    `consultation` is the number that VIES gives to who asks with an own VAT id: it proves that it was asked. `name` and
    `address` are what it told of the owner.
    """

    id_prefix = "vck"

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="vat_checks")
    party = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="vat_checks")
    vat_id = models.CharField(max_length=20)
    answer = models.CharField(max_length=11, choices=VatAnswer)
    asked_at = models.DateTimeField()
    consultation = models.CharField(max_length=60, blank=True)
    name = models.CharField(max_length=200, blank=True)
    address = models.CharField(max_length=255, blank=True)
    told_by = models.CharField(max_length=160, help_text="Who wrote it down.")

    class Meta:
        ordering = ["-asked_at", "-id"]
        indexes = [models.Index(fields=["party", "-asked_at"], name="vat_checks_by_party")]

    def __str__(self) -> str:
        return f"{self.vat_id} {self.answer}"
