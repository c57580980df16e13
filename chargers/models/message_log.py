"""What stations and we said to each other: one row an exchange, in monthly partitions."""

from django.db import models

from ..choices import Direction
from .station import ChargingStation


class MessageExchange(models.Model):
    """A request with its reply, texts as on the wire but for redacted secrets.

    `outcome` is "result", "error" (a CALLERROR), "timeout", "refused" (a frame that was no message) or "none".
    """

    id = models.BigAutoField(primary_key=True)
    station = models.ForeignKey(
        ChargingStation, on_delete=models.DO_NOTHING, db_constraint=False, related_name="+"
    )
    epoch = models.BigIntegerField()
    received_at = models.DateTimeField()
    direction = models.CharField(max_length=3, choices=Direction)
    action = models.CharField(max_length=60)
    message_id = models.CharField(max_length=255)
    request = models.TextField()
    reply = models.TextField(blank=True)
    outcome = models.CharField(max_length=10)
    # Quirk codes that the tolerant normaliser noted.
    notes = models.CharField(max_length=255, blank=True)

    class Meta:
        ordering = ["-received_at", "-id"]

    def __str__(self) -> str:
        return f"{self.direction} {self.action}"
