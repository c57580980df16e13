"""Who holds which station's socket. Clean-up compares epochs, never identities alone."""

from django.db import models

from .station import ChargingStation


class GatewayInstance(models.Model):
    """One gateway process. Its row beats every second; a silent one has lost its sockets."""

    id = models.UUIDField(primary_key=True, editable=False)
    host = models.CharField(max_length=120)
    pid = models.PositiveIntegerField()
    started_at = models.DateTimeField()
    beat_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.host}:{self.pid}"


class StationConnection(models.Model):
    """The newest socket of a station. `epoch` rises with every authenticated socket and fences older ones."""

    station = models.OneToOneField(
        ChargingStation, primary_key=True, on_delete=models.CASCADE, related_name="connection"
    )
    epoch = models.BigIntegerField(default=0)
    instance = models.UUIDField(null=True, blank=True)
    subprotocol = models.CharField(max_length=20, blank=True)
    remote_address = models.CharField(max_length=60, blank=True)
    security_profile = models.PositiveSmallIntegerField(default=1)
    opened_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    close_code = models.PositiveIntegerField(null=True, blank=True)
    last_seen_at = models.DateTimeField(null=True, blank=True)
    heartbeats = models.BigIntegerField(default=0)
    # The socket that last answered a ping of ours, and when it first did.
    pong_epoch = models.BigIntegerField(default=0)
    pong_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["instance"],
                name="open_connections",
                condition=models.Q(closed_at=None, opened_at__isnull=False),
            )
        ]

    def __str__(self) -> str:
        return f"{self.station_id} epoch {self.epoch}"

    @property
    def is_open(self) -> bool:
        """Whether the socket is open as far as anybody knows."""
        return self.opened_at is not None and self.closed_at is None
