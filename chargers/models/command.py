"""Commands to stations: rows first, wires second."""

from django.conf import settings
from django.db import models

from cpms.core.models import PublicModel

from ..choices import OPEN_COMMANDS, CommandEffect, CommandState
from .station import ChargingStation

# Our own code for an answer that breaks its schema.
INVALID_ANSWER = "InvalidAnswer"


class Command(PublicModel):
    """One CALL of ours, in the station's own vocabulary, from the wish to its effect.

    The row is written before anybody is told it will happen; only the owner of the socket claims it; once
    sent it is never repeated by itself. `effect` says whether the wish came true, `state` what was answered.
    """

    id_prefix = "cmd"

    station = models.ForeignKey(ChargingStation, on_delete=models.CASCADE, related_name="commands")
    action = models.CharField(max_length=60)
    payload = models.JSONField(default=dict)
    state = models.CharField(max_length=10, choices=CommandState, default=CommandState.QUEUED)
    effect = models.CharField(max_length=10, choices=CommandEffect, default=CommandEffect.NONE)
    # What would show the effect, as {"kind": ..., ...}; see chargers.services.commands.effects.
    expectation = models.JSONField(default=dict)
    effect_deadline = models.DateTimeField(null=True)
    effect_at = models.DateTimeField(null=True)
    effect_note = models.CharField(max_length=255, blank=True)

    actor_label = models.CharField(max_length=160)
    actor_user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    parent = models.ForeignKey("self", null=True, on_delete=models.CASCADE, related_name="children")
    # What larger thing this command is a step of, and which one; see chargers.services.commands.follow_ups.
    purpose = models.CharField(max_length=40, blank=True)
    reference = models.CharField(max_length=64, blank=True)
    timeout_s = models.PositiveIntegerField(default=30)
    expires_at = models.DateTimeField(help_text="Not sent after this.")
    instance = models.UUIDField(null=True)
    epoch = models.BigIntegerField(null=True)
    message_id = models.CharField(max_length=36, blank=True)
    claimed_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    result = models.JSONField(null=True, help_text="Raw payload of the CALLRESULT.")
    error_code = models.CharField(max_length=60, blank=True)
    error_description = models.CharField(max_length=255, blank=True)
    late = models.BooleanField(default=False, help_text="The answer came after the time-out.")

    class Meta:
        ordering = ["-created_at", "-id"]
        indexes = [
            models.Index(fields=["station", "-created_at"], name="commands_by_station"),
            models.Index(
                fields=["station", "id"],
                name="open_commands",
                condition=models.Q(state__in=[s.value for s in OPEN_COMMANDS]),
            ),
            models.Index(
                fields=["effect_deadline"], name="awaited_effects", condition=models.Q(effect="pending")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.action} {self.state}"

    @property
    def is_refused_by_error(self) -> bool:
        """Whether the station answered with a CALLERROR; `result` then holds its details."""
        return self.error_code not in ("", INVALID_ANSWER)

    @property
    def is_final(self) -> bool:
        """Whether the answer is in, or will never come."""
        return self.state not in OPEN_COMMANDS
