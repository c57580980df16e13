"""Changes of how a station proves itself, and what happened to its security."""

from django.db import models
from django.db.models import Q

from cpms.accounts.models import Organisation
from cpms.core.models import PublicModel

from ..choices import EventSource, SecurityChangeKind, SecurityChangeState, SecurityProfile
from .command import Command
from .station import ChargingStation


class SecurityChange(PublicModel):
    """A new password or a higher profile on its way: until it is proven or its window ends, old and new hold."""

    id_prefix = "sch"

    station = models.ForeignKey(ChargingStation, on_delete=models.CASCADE, related_name="security_changes")
    kind = models.CharField(max_length=14, choices=SecurityChangeKind)
    state = models.CharField(max_length=10, choices=SecurityChangeState, default=SecurityChangeState.ASKED)
    profile = models.PositiveSmallIntegerField(null=True, choices=SecurityProfile)
    command = models.ForeignKey(Command, null=True, on_delete=models.SET_NULL, related_name="+")
    window_until = models.DateTimeField(help_text="Then the old way is the only one again.")
    finished_at = models.DateTimeField(null=True)
    note = models.CharField(max_length=255, blank=True)
    actor_label = models.CharField(max_length=160)

    class Meta:
        ordering = ["-created_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["station", "kind"],
                name="one_open_change",
                condition=Q(state__in=["asked", "waiting"]),
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.state}"


class SecurityEvent(PublicModel):
    """Something that touches security. Never changed, but for the count of a flood and who has seen to it."""

    id_prefix = "sev"

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="security_events")
    station = models.ForeignKey(ChargingStation, on_delete=models.CASCADE, related_name="security_events")
    source = models.CharField(max_length=8, choices=EventSource)
    type = models.CharField(max_length=50)
    text = models.CharField(
        max_length=255, blank=True, help_text="As the station wrote it: not to be trusted."
    )
    is_critical = models.BooleanField()
    happened_at = models.DateTimeField(help_text="By the station's clock.")
    received_at = models.DateTimeField()
    count = models.PositiveIntegerField(default=1, help_text="How often, when it came in a flood.")
    last_at = models.DateTimeField()
    seen_at = models.DateTimeField(null=True, help_text="When somebody said that it is dealt with.")
    seen_by = models.CharField(max_length=160, blank=True)

    class Meta:
        ordering = ["-received_at", "-id"]
        indexes = [
            models.Index(fields=["station", "-received_at", "-id"], name="security_by_station"),
            models.Index(fields=["organisation", "-received_at", "-id"], name="security_by_time"),
            models.Index(
                fields=["organisation"],
                name="security_to_see_to",
                condition=Q(is_critical=True, seen_at=None),
            ),
        ]

    def __str__(self) -> str:
        return self.type
