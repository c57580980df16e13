"""How an organisation's books are handed to its tax adviser."""

from django.db import models

from cpms.accounts.models import Organisation
from cpms.core.models import PublicModel


class DatevSettings(PublicModel):
    """The adviser's numbers, and which account of his each ledger account is.

    `accounts` maps purposes of ledger accounts to numbers, `{"revenue": "8200", "output_tax/DE-19": "1776"}`; one with
    a tax code goes before the one without.
    """

    id_prefix = "dtv"

    organisation = models.OneToOneField(Organisation, on_delete=models.PROTECT, related_name="datev")
    consultant = models.PositiveIntegerField()
    client = models.PositiveIntegerField()
    year_begins_month = models.PositiveSmallIntegerField(default=1)
    account_digits = models.PositiveSmallIntegerField(default=4)
    accounts = models.JSONField(default=dict)

    class Meta:
        verbose_name_plural = "DATEV settings"
        constraints = [
            models.CheckConstraint(
                name="datev_numbers_in_range",
                condition=models.Q(consultant__range=(1001, 9_999_999), client__range=(1, 99_999))
                & models.Q(year_begins_month__range=(1, 12), account_digits__range=(4, 8)),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.consultant}/{self.client}"
