"""Places where stations stand."""

from django.db import models

from cpms.accounts.models import Organisation
from cpms.core.models import PublicModel


class Site(PublicModel):
    """An address with stations; its time zone is the one its drivers live in."""

    id_prefix = "sit"

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="sites")
    name = models.CharField(max_length=120)
    address = models.CharField(max_length=255, blank=True)
    city = models.CharField(max_length=120, blank=True)
    country = models.CharField(max_length=2, blank=True, help_text="ISO 3166-1, two letters")
    latitude = models.DecimalField(max_digits=9, decimal_places=6, null=True, blank=True)
    longitude = models.DecimalField(max_digits=9, decimal_places=6, null=True, blank=True)
    time_zone = models.CharField(max_length=60, default="UTC")

    class Meta:
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["organisation", "name"], name="site_name_unique")]

    def __str__(self) -> str:
        return self.name
