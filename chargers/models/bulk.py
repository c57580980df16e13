"""One command for many stations, sent in waves."""

from django.conf import settings
from django.db import models

from cpms.accounts.models import Organisation
from cpms.core.models import PublicModel

from ..choices import BulkItemState, BulkState
from .command import Command
from .station import ChargingStation


class BulkCommand(PublicModel):
    """What was wanted of whom. `wish` names it (`chargers.services.bulk.wishes`), or is empty for a raw action."""

    id_prefix = "blk"

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="bulk_commands")
    label = models.CharField(max_length=120)
    wish = models.CharField(max_length=40, blank=True)
    action = models.CharField(max_length=60, blank=True)
    payload = models.JSONField(default=dict)
    state = models.CharField(max_length=10, choices=BulkState, default=BulkState.RUNNING)
    total = models.PositiveIntegerField()
    per_minute = models.PositiveIntegerField(help_text="How many stations a minute get it at most.")
    wait_s = models.PositiveIntegerField(help_text="How long a command waits for a station that is offline.")
    actor_label = models.CharField(max_length=160)
    actor_source = models.CharField(max_length=20, blank=True)
    actor_user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    finished_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-created_at", "-id"]
        indexes = [
            models.Index(fields=["organisation", "-created_at", "-id"], name="bulk_by_time"),
            models.Index(fields=["id"], name="running_bulk", condition=models.Q(state="running")),
        ]

    def __str__(self) -> str:
        return f"{self.label} ({self.total})"


class BulkItem(PublicModel):
    """One station of a bulk command: in line, or with its command, or left out and why."""

    id_prefix = "bki"

    bulk = models.ForeignKey(BulkCommand, on_delete=models.CASCADE, related_name="items")
    station = models.ForeignKey(ChargingStation, on_delete=models.CASCADE, related_name="+")
    state = models.CharField(max_length=10, choices=BulkItemState, default=BulkItemState.WAITING)
    reason = models.CharField(max_length=255, blank=True)
    command = models.OneToOneField(Command, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["bulk", "station"], name="bulk_station_unique")]
        indexes = [
            models.Index(
                fields=["bulk", "id"], name="waiting_bulk_items", condition=models.Q(state="waiting")
            )
        ]

    def __str__(self) -> str:
        return f"{self.station_id} {self.state}"
