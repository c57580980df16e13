"""A person who charges at an operator's stations."""

from django.conf import settings
from django.db import models

from billing.models import Account
from chargers.models import IdTag
from cpms.accounts.models import Organisation
from cpms.core.models import PublicModel


class Driver(PublicModel):
    """One person at one operator: the account that pays, and the tag that his phone starts sessions with."""

    id_prefix = "drv"

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="drivers")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="drives")
    account = models.OneToOneField(Account, on_delete=models.PROTECT, related_name="driver")
    app_tag = models.OneToOneField(IdTag, null=True, on_delete=models.SET_NULL, related_name="driver")

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["organisation", "user"], name="driver_once")]

    def __str__(self) -> str:
        return f"{self.user} at {self.organisation}"
