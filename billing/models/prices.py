"""Prices of an energy market by interval. What was told stays: a correction is another revision beside it."""

from django.db import models
from django.db.models import Q

from cpms.accounts.models import Organisation
from cpms.core.models import PublicModel


class Resolution(models.IntegerChoices):
    """How long a price holds."""

    QUARTERS = 15, "15 minutes"
    HOURS = 60, "1 hour"


class PriceSeries(PublicModel):
    """A market's prices per kWh without tax. `time_zone` says what a day is, and local times in files."""

    id_prefix = "psr"

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="price_series")
    name = models.CharField(max_length=120)
    currency = models.CharField(max_length=3)
    resolution_minutes = models.PositiveSmallIntegerField(choices=Resolution, default=Resolution.QUARTERS)
    time_zone = models.CharField(max_length=60)
    market_area = models.CharField(
        max_length=16, blank=True, help_text="EIC code; publications for another area are refused."
    )

    class Meta:
        ordering = ["name", "id"]
        verbose_name_plural = "price series"
        constraints = [
            models.UniqueConstraint(fields=["organisation", "name"], name="price_series_name_unique"),
            models.CheckConstraint(
                condition=Q(resolution_minutes__in=Resolution.values), name="price_series_resolution"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def length_s(self) -> int:
        """How long a price holds, in seconds."""
        return self.resolution_minutes * 60


class PricePoint(models.Model):
    """A kWh costs `price` from `starts_at` on, as was known at `known_at`. A trigger refuses every change."""

    id = models.BigAutoField(primary_key=True)
    series = models.ForeignKey(PriceSeries, on_delete=models.PROTECT, related_name="points")
    starts_at = models.DateTimeField()
    revision = models.PositiveSmallIntegerField(default=1, help_text="Counts the corrections, from 1.")
    price = models.DecimalField(max_digits=18, decimal_places=8)
    known_at = models.DateTimeField()

    class Meta:
        ordering = ["starts_at", "revision"]
        constraints = [
            models.UniqueConstraint(
                fields=["series", "starts_at", "revision"], name="price_point_revision_unique"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.price} at {self.starts_at:%F %R}"
