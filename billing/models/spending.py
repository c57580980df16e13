"""Sessions that were stopped before they cost more than their payer may spend."""

from django.db import models

from chargers.models import Transaction
from cpms.accounts.models import Organisation
from cpms.core.models import PublicModel

from ..choices import SpendingRule
from .account import Account


class SpendingStop(PublicModel):
    """Charging was asked to stop, once for a session: which limit, how much was left of it, what it cost by then.

    Amounts are minor units of `currency`. `note` says why the station could not be asked, and is empty else.
    """

    id_prefix = "sps"

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="spending_stops")
    transaction = models.OneToOneField(Transaction, on_delete=models.PROTECT, related_name="spending_stop")
    account = models.ForeignKey(Account, null=True, on_delete=models.PROTECT, related_name="spending_stops")
    rule = models.CharField(max_length=8, choices=SpendingRule)
    left_minor = models.PositiveBigIntegerField()
    running_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    asked_at = models.DateTimeField()
    note = models.CharField(max_length=255, blank=True)

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.rule} {self.left_minor} {self.currency}"
