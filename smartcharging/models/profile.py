"""What is installed at stations, as far as anybody knows, and how far they can be relied on."""

from django.db import models

from chargers.domain import SETTABLE
from chargers.models import ChargingStation

from ..choices import ProfileState, StandingState, UncontrolledReason


class InstalledProfile(models.Model):
    """One profile of ours at a station; `evse_no` 0 is the whole station.

    `body` is the version-neutral profile that is wanted (`smartcharging.profiles.bodies`). `possible` are all bodies
    the station may hold now: what it confirmed last, and what was sent since without an answer.
    """

    id = models.BigAutoField(primary_key=True)
    station = models.ForeignKey(ChargingStation, on_delete=models.CASCADE, related_name="installed_profiles")
    evse_no = models.PositiveIntegerField()
    purpose = models.CharField(max_length=20, choices=[(one.value, one.value) for one in SETTABLE])
    number = models.PositiveIntegerField(help_text="Its id on the wire.")
    level = models.PositiveIntegerField(default=0)
    state = models.CharField(max_length=10, choices=ProfileState, default=ProfileState.DESIRED)
    body = models.JSONField(default=dict)
    possible = models.JSONField(default=list)
    command = models.CharField(max_length=40, blank=True, help_text="The command under way.")
    sent_at = models.DateTimeField(null=True)
    confirmed_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True, help_text="When it ends by itself.")
    refusals = models.PositiveSmallIntegerField(default=0, help_text="In a row.")
    checked_at = models.DateTimeField(null=True)
    # {"matches": bool, "differences": [{"start_s", "ours", "theirs"}], "unit": "A"}; null until it was checked.
    check_result = models.JSONField(null=True)
    # What the station reports of it (`smartcharging.profiles.told`); {}: it holds none; null: it never reported.
    reported = models.JSONField(null=True)
    reported_at = models.DateTimeField(null=True)
    # {"wanted", "reported", "unit", "exceeds"} where that is something else; `reported` null: none is there.
    drift = models.JSONField(null=True)
    drift_since = models.DateTimeField(null=True, help_text="Since when it should hold what is wanted.")

    class Meta:
        ordering = ["station_id", "evse_no", "purpose", "number"]
        constraints = [
            models.UniqueConstraint(fields=["station", "evse_no", "purpose", "number"], name="profile_unique")
        ]
        indexes = [
            models.Index(
                fields=["expires_at"], name="profiles_to_expire", condition=models.Q(expires_at__isnull=False)
            )
        ]

    def __str__(self) -> str:
        return f"{self.purpose} {self.number} at {self.station_id}/{self.evse_no}: {self.state}"


class StationStanding(models.Model):
    """How far a station can be relied on. `epoch` is the socket over which the fail-safe limits were confirmed."""

    station = models.OneToOneField(
        ChargingStation, primary_key=True, on_delete=models.CASCADE, related_name="standing"
    )
    state = models.CharField(max_length=12, choices=StandingState, default=StandingState.UNKNOWN)
    failsafe_at = models.DateTimeField(null=True, help_text="When it confirmed its fail-safe limits.")
    epoch = models.BigIntegerField(default=0)
    uncontrolled_since = models.DateTimeField(null=True)
    uncontrolled_reason = models.CharField(max_length=12, choices=UncontrolledReason, blank=True)
    # What its settings say of profiles: {"units", "max_level", "max_periods", "max_profiles"}.
    capabilities = models.JSONField(default=dict)

    def __str__(self) -> str:
        return f"{self.station_id}: {self.state}"
