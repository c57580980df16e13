"""Meters of sites, what they said, and how well they do."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from chargers.models import ChargingStation, Site
from cpms.core.models import PublicModel

from ..inputs.choices import LINE_ORDERS, Measures, MeterDriver
from .circuit import Circuit


class SiteMeter(PublicModel):
    """A meter at a circuit; without one it stands at the root of the site.

    `line_order`: the site's lines behind the meter's own, see `LINE_ORDERS`. `address` and `settings` are the
    driver's (`smartcharging.meters`), checked by it. `highest_a`: more than this on a line (A) is not believed.
    """

    id_prefix = "mtr"

    site = models.ForeignKey(Site, on_delete=models.CASCADE, related_name="meters")
    circuit = models.ForeignKey(
        Circuit, null=True, blank=True, on_delete=models.PROTECT, related_name="meters"
    )
    name = models.CharField(max_length=120)
    driver = models.CharField(max_length=10, choices=MeterDriver)
    measures = models.CharField(max_length=10, choices=Measures, default=Measures.WHOLE)
    line_order = models.CharField(max_length=3, choices=LINE_ORDERS, default="123")
    reversed = models.BooleanField(default=False, help_text="It counts the other way round.")
    highest_a = models.FloatField(
        default=1000.0, validators=[MinValueValidator(1), MaxValueValidator(10_000)]
    )
    address = models.CharField(max_length=255, blank=True)
    station = models.ForeignKey(
        ChargingStation, null=True, blank=True, on_delete=models.CASCADE, related_name="site_meters"
    )
    settings = models.JSONField(default=dict, blank=True)
    sealed_secret = models.TextField(blank=True)
    every_s = models.PositiveSmallIntegerField(
        default=10, validators=[MinValueValidator(1), MaxValueValidator(3600)]
    )
    active = models.BooleanField(default=True)
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["site_id", "name"]
        constraints = [models.UniqueConstraint(fields=["site", "name"], name="site_meter_name_unique")]

    def __str__(self) -> str:
        return self.name

    @property
    def organisation_id(self) -> int:
        """The key of the organisation whose site it is."""
        return self.site.organisation_id


class MeterStanding(models.Model):
    """What came of reading a meter. `same_since`: since when every reading has been exactly the same."""

    meter = models.OneToOneField(
        SiteMeter, primary_key=True, on_delete=models.CASCADE, related_name="standing"
    )
    read_at = models.DateTimeField(null=True, help_text="Of the newest believed reading.")
    received_at = models.DateTimeField(null=True)
    amps = models.JSONField(default=list, help_text="Of that reading, A on the site's L1, L2, L3.")
    power_w = models.FloatField(null=True)
    same_since = models.DateTimeField(null=True)
    doubted = models.BooleanField(default=False, help_text="The newest reading was not believed.")
    refused_at = models.DateTimeField(null=True)
    refusal = models.CharField(max_length=255, blank=True)
    refused_count = models.PositiveIntegerField(default=0)
    jumped_at = models.DateTimeField(null=True)
    jump_a = models.FloatField(null=True, help_text="The last large step on a line, A; signed.")
    error_at = models.DateTimeField(null=True)
    error = models.CharField(
        max_length=255, blank=True, help_text="Why it cannot be reached; empty when it can."
    )

    def __str__(self) -> str:
        return f"standing of {self.meter_id}"


class LoadReading(models.Model):
    """One believed reading, A on the site's lines (negative: flows out). Kept two days, then its minutes only.

    `other_*_a` is what is left without what the chargers behind the meter drew, as far as they had said.
    """

    id = models.BigAutoField(primary_key=True)
    meter = models.ForeignKey(SiteMeter, on_delete=models.CASCADE, related_name="readings")
    read_at = models.DateTimeField()
    received_at = models.DateTimeField()
    l1_a = models.FloatField(null=True)
    l2_a = models.FloatField(null=True)
    l3_a = models.FloatField(null=True)
    other_l1_a = models.FloatField(null=True)
    other_l2_a = models.FloatField(null=True)
    other_l3_a = models.FloatField(null=True)
    power_w = models.FloatField(null=True)

    class Meta:
        ordering = ["read_at", "id"]
        constraints = [models.UniqueConstraint(fields=["meter", "read_at"], name="load_reading_once")]
        indexes = [models.Index(fields=["received_at"], name="load_readings_to_thin")]

    def __str__(self) -> str:
        return f"{self.meter_id} at {self.read_at:%F %T}"


class LoadMinute(models.Model):
    """The highest of one minute's readings by line, A, and their mean power (`power_sum_w` by `power_count`)."""

    id = models.BigAutoField(primary_key=True)
    meter = models.ForeignKey(SiteMeter, on_delete=models.CASCADE, related_name="minutes")
    minute = models.DateTimeField()
    l1_a = models.FloatField(null=True)
    l2_a = models.FloatField(null=True)
    l3_a = models.FloatField(null=True)
    other_l1_a = models.FloatField(null=True)
    other_l2_a = models.FloatField(null=True)
    other_l3_a = models.FloatField(null=True)
    power_sum_w = models.FloatField(default=0)
    power_count = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["minute", "id"]
        constraints = [models.UniqueConstraint(fields=["meter", "minute"], name="load_minute_once")]
        indexes = [models.Index(fields=["minute"], name="load_minutes_by_time")]

    def __str__(self) -> str:
        return f"{self.meter_id} in {self.minute:%F %H:%M}"
