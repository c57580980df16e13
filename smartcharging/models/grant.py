"""What each EVSE was granted, now and before."""

from django.db import models

from chargers.models import Evse


class Grant(models.Model):
    """The newest decision for an EVSE. `amps` per line used; `reason` is data, see `smartcharging.reasons`."""

    evse = models.OneToOneField(Evse, primary_key=True, on_delete=models.CASCADE, related_name="grant")
    amps = models.FloatField()
    reason = models.JSONField(default=dict)
    at = models.DateTimeField(help_text="Since when it has been this much.")
    # What the fill remembers of the car: since when it waits, charges, draws less than it may.
    memory = models.JSONField(default=dict)

    def __str__(self) -> str:
        return f"{self.evse_id}: {self.amps:g} A"


class PastGrant(models.Model):
    """A grant when it changed; kept for some days."""

    id = models.BigAutoField(primary_key=True)
    evse = models.ForeignKey(Evse, on_delete=models.CASCADE, related_name="past_grants")
    at = models.DateTimeField()
    amps = models.FloatField()
    reason = models.JSONField(default=dict)

    class Meta:
        ordering = ["at", "id"]
        indexes = [
            models.Index(fields=["evse", "-at"], name="past_grants_by_evse"),
            models.Index(fields=["at"], name="past_grants_by_time"),
        ]

    def __str__(self) -> str:
        return f"{self.evse_id}: {self.amps:g} A"
