"""How a site's power is shared, and who shares it now."""

from django.contrib.postgres.fields import ArrayField
from django.db import models

from billing.models import PriceSeries
from chargers.models import Site


def no_load() -> list[float]:
    """A site without a building."""
    return [0.0, 0.0, 0.0]


class SitePolicy(models.Model):
    """What the owner of a site decided. A site without a row, or not `managed`, is left alone.

    `building_worst_a`: the most everything but the chargers may ever draw, by line; the fail-safe limits count on it.
    `service_minimum_a`: what each EVSE shall still get when nobody speaks, as far as the circuits carry it.
    """

    site = models.OneToOneField(Site, primary_key=True, on_delete=models.CASCADE, related_name="policy")
    managed = models.BooleanField(default=False)
    building_worst_a = ArrayField(models.FloatField(), size=3, default=no_load)
    service_minimum_a = models.FloatField(default=6.0)
    margin_sigmas = models.FloatField(
        default=3.0, help_text="Distance to a limit, in deviations of the load."
    )

    price_series = models.ForeignKey(
        PriceSeries, null=True, blank=True, on_delete=models.PROTECT, related_name="site_policies",
        help_text="What the site pays for energy: cars are charged when it is cheapest.",
    )  # fmt: skip

    feed_in_price = models.FloatField(
        default=0.0, help_text="What a kWh of solar energy earns that nobody uses here."
    )
    peak_price = models.FloatField(
        default=0.0, help_text="What a kW of the month's highest quarter of an hour costs."
    )

    class Meta:
        verbose_name_plural = "site policies"

    def __str__(self) -> str:
        return f"policy of {self.site_id}"


class SiteLease(models.Model):
    """Which process balances a site. `token` rises with every new owner: what an older one decided is not written."""

    site = models.OneToOneField(Site, primary_key=True, on_delete=models.CASCADE, related_name="lease")
    owner = models.UUIDField()
    token = models.BigIntegerField(default=1)
    until = models.DateTimeField()
    # The last round that was brought to its end, and what went wrong in the last one that was not.
    beat_at = models.DateTimeField(null=True)
    trouble = models.CharField(max_length=255, blank=True)

    def __str__(self) -> str:
        return f"lease of {self.site_id}, token {self.token}"
