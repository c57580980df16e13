"""Limits that somebody outside sets for a while: a grid operator, a market, the owner."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from chargers.models import Site
from cpms.core.models import PublicModel

from ..inputs.choices import LimitScope
from .circuit import Circuit


class LimitEvent(PublicModel):
    """A limit at a circuit (none: the root) from `starts_at` until `ends_at`; one of the three values is set.

    Hard limits are kept like a fuse. One with a price may be exceeded where charging is worth more, in currency of
    the site's prices per kWh. `source` and `reference` are the sender's: the same again changes this row.
    `acknowledged_at`: when it was stored; `kept_at`: when chargers were first shared out under it.
    """

    id_prefix = "lim"

    site = models.ForeignKey(Site, on_delete=models.CASCADE, related_name="limits")
    circuit = models.ForeignKey(
        Circuit, null=True, blank=True, on_delete=models.CASCADE, related_name="limits"
    )
    scope = models.CharField(max_length=10, choices=LimitScope, default=LimitScope.ALL)
    limit_w = models.FloatField(null=True, blank=True, validators=[MinValueValidator(0)])
    limit_a = models.FloatField(null=True, blank=True, validators=[MinValueValidator(0)])
    limit_percent = models.FloatField(
        null=True, blank=True, validators=[MinValueValidator(0), MaxValueValidator(100)]
    )
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    source = models.CharField(max_length=80)
    reference = models.CharField(max_length=80)
    acknowledged_at = models.DateTimeField()
    kept_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True, help_text="When it was ended before its time.")

    class Meta:
        ordering = ["-starts_at", "-id"]
        constraints = [models.UniqueConstraint(fields=["site", "source", "reference"], name="limit_once")]
        indexes = [models.Index(fields=["site", "ends_at"], name="limits_by_end")]

    def __str__(self) -> str:
        return f"{self.source} {self.reference}"

    @property
    def organisation_id(self) -> int:
        """The key of the organisation whose site it is."""
        return self.site.organisation_id
