"""What cars need: said for a session, scheduled by a fleet, usual for an ID tag or a group."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from chargers.models import IdTag, IdTagGroup, Transaction
from cpms.accounts.models import Organisation
from cpms.core.models import PublicModel

from ..inputs.choices import NeedClass, NeedSource

# More than any battery a car has.
MOST_WH = 1_000_000
_ENERGY = [MinValueValidator(1), MaxValueValidator(MOST_WH)]


class Need(models.Model):
    """What one source says of one session; empty fields say nothing. See `smartcharging.inputs.needs.resolving`."""

    transaction = models.ForeignKey(Transaction, on_delete=models.CASCADE, related_name="needs")
    source = models.CharField(max_length=10, choices=NeedSource)
    energy_wh = models.PositiveIntegerField(null=True, blank=True, validators=_ENERGY)
    departs_at = models.DateTimeField(null=True, blank=True)
    soon_wh = models.PositiveIntegerField(null=True, blank=True, validators=_ENERGY)
    priority = models.CharField(max_length=10, choices=NeedClass, blank=True)
    charge_now = models.BooleanField(null=True, blank=True)
    sun_only = models.BooleanField(null=True, blank=True)
    said_at = models.DateTimeField()
    said_by = models.CharField(max_length=160, blank=True)

    class Meta:
        ordering = ["transaction_id", "id"]
        constraints = [models.UniqueConstraint(fields=["transaction", "source"], name="need_source_once")]

    def __str__(self) -> str:
        return f"{self.source} of {self.transaction_id}"


class FleetNeed(PublicModel):
    """A fleet's schedule: the car with this ID tag leaves at `departs_at` and needs this much by then."""

    id_prefix = "flt"

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="fleet_needs")
    id_tag = models.ForeignKey(IdTag, on_delete=models.CASCADE, related_name="fleet_needs")
    departs_at = models.DateTimeField()
    energy_wh = models.PositiveIntegerField(null=True, blank=True, validators=_ENERGY)
    priority = models.CharField(max_length=10, choices=NeedClass, blank=True)
    sun_only = models.BooleanField(
        default=False, help_text="By the sun as long as it is ready in time without the grid."
    )

    class Meta:
        ordering = ["departs_at", "id"]
        constraints = [models.UniqueConstraint(fields=["id_tag", "departs_at"], name="fleet_need_once")]

    def __str__(self) -> str:
        return f"{self.id_tag_id} leaves at {self.departs_at:%F %T}"


class NeedDefault(PublicModel):
    """What is usual for an ID tag or for a group of them, one of the two; `departs_by` in the site's time."""

    id_prefix = "ndf"

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="need_defaults")
    id_tag = models.OneToOneField(
        IdTag, null=True, blank=True, on_delete=models.CASCADE, related_name="need_default"
    )
    group = models.OneToOneField(
        IdTagGroup, null=True, blank=True, on_delete=models.CASCADE, related_name="need_default"
    )
    energy_wh = models.PositiveIntegerField(null=True, blank=True, validators=_ENERGY)
    departs_by = models.TimeField(null=True, blank=True)
    soon_wh = models.PositiveIntegerField(null=True, blank=True, validators=_ENERGY)
    priority = models.CharField(max_length=10, choices=NeedClass, blank=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(id_tag=None) ^ models.Q(group=None), name="need_default_of_one"
            )
        ]

    def __str__(self) -> str:
        return f"usual for {self.id_tag or self.group}"
