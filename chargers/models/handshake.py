"""Handshakes that were refused: counted, never with what was offered as a password."""

from django.db import models

from ..choices import RefusalReason
from .station import ChargingStation


class RefusedHandshake(models.Model):
    """Attempts of one identity from one address that failed for one reason.

    Bounded: so many rows an identity (then the address is left empty), deleted after a week. Identities nobody
    registered are in the inbox of unknown stations, not here.
    """

    id = models.BigAutoField(primary_key=True)
    identity = models.CharField(max_length=48)
    station = models.ForeignKey(ChargingStation, on_delete=models.CASCADE, related_name="refused_handshakes")
    remote_address = models.CharField(max_length=60, blank=True)
    reason = models.CharField(max_length=20, choices=RefusalReason)
    detail = models.CharField(
        max_length=255, blank=True, help_text="For example the path that was asked for."
    )
    subprotocols = models.CharField(max_length=255, blank=True)
    user_agent = models.CharField(max_length=255, blank=True)
    count = models.PositiveIntegerField(default=1)
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()

    class Meta:
        ordering = ["-last_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["station", "remote_address", "reason", "detail"], name="refusal_once"
            )
        ]
        indexes = [models.Index(fields=["station", "-last_at"], name="refusals_by_station")]

    def __str__(self) -> str:
        return f"{self.identity} {self.reason}"
