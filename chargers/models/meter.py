"""Meter values, one row a reading instant, in monthly partitions by `taken_at`."""

from django.db import models

from .station import ChargingStation
from .transaction import Transaction


class MeterValue(models.Model):
    """What a meter said at one instant (one `meterValue` element of OCPP).

    The columns hold the usual measurands in base units, summed over phases where the station sends phases
    only; `samples` keeps every sampled value as normalised. A repeat has the same digest and is stored once.
    The table is partitioned, so the uniqueness of (station, evse_no, connector_no, taken_at, digest) and the
    indexes are made in the migration.
    """

    id = models.BigAutoField(primary_key=True)
    station = models.ForeignKey(
        ChargingStation, on_delete=models.DO_NOTHING, db_constraint=False, related_name="+"
    )
    transaction = models.ForeignKey(
        Transaction, null=True, on_delete=models.DO_NOTHING, db_constraint=False, related_name="meter_values"
    )
    evse_no = models.PositiveIntegerField()
    connector_no = models.PositiveIntegerField(default=1)
    taken_at = models.DateTimeField()
    received_at = models.DateTimeField()
    context = models.CharField(max_length=40, blank=True)
    energy_wh = models.BigIntegerField(null=True, help_text="Import register of the outlet.")
    power_w = models.FloatField(null=True)
    current_a = models.FloatField(null=True)
    voltage_v = models.FloatField(null=True)
    soc_percent = models.FloatField(null=True)
    samples = models.JSONField(default=list)
    digest = models.BigIntegerField()

    class Meta:
        ordering = ["taken_at", "id"]

    def __str__(self) -> str:
        return f"{self.taken_at:%F %T} {self.energy_wh} Wh"
