"""Commands that wait for their moment."""

from django.conf import settings
from django.db import models

from cpms.core.models import PublicModel

from ..choices import ScheduleState
from .command import Command
from .station import ChargingStation


class ScheduledCommand(PublicModel):
    """A command that is handed over once its time has come, the station is connected and, if wished, idle.

    Kept in the station's own vocabulary; it is checked again when it is handed over.
    """

    id_prefix = "sch"

    station = models.ForeignKey(ChargingStation, on_delete=models.CASCADE, related_name="scheduled_commands")
    action = models.CharField(max_length=60)
    payload = models.JSONField(default=dict)
    not_before = models.DateTimeField()
    when_idle = models.BooleanField(default=False, help_text="Wait until no transaction is open.")
    give_up_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=ScheduleState, default=ScheduleState.WAITING)
    note = models.CharField(max_length=255, blank=True)
    command = models.OneToOneField(Command, null=True, on_delete=models.SET_NULL, related_name="+")
    actor_label = models.CharField(max_length=160)
    actor_source = models.CharField(max_length=20, blank=True)
    actor_user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-created_at", "-id"]
        indexes = [
            models.Index(fields=["station", "-created_at"], name="scheduled_by_station"),
            models.Index(fields=["not_before"], name="waiting_schedule", condition=models.Q(state="waiting")),
        ]

    def __str__(self) -> str:
        return f"{self.action} {self.state}"
