"""Stations asked for all profiles they hold, and those of them that are not ours."""

from django.db import models

from chargers.domain import ProfilePurpose
from chargers.models import ChargingStation
from cpms.core.models import PublicModel

from ..choices import ProfileSource, ReadbackState


class ProfileReadback(models.Model):
    """The newest question of a station; `parts` are what it reported so far under this number."""

    station = models.OneToOneField(
        ChargingStation, primary_key=True, on_delete=models.CASCADE, related_name="readback"
    )
    request_id = models.PositiveIntegerField(default=0)
    state = models.CharField(max_length=10, choices=ReadbackState, default=ReadbackState.ASKED)
    asked_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True, help_text="When the last part came.")
    # [{"evse_no", "source", "profile"}] with profiles as `smartcharging.profiles.told` writes them.
    parts = models.JSONField(default=list)

    def __str__(self) -> str:
        return f"{self.station_id}/{self.request_id}: {self.state}"


class ForeignProfile(PublicModel):
    """A profile at a station that is none of those we want there."""

    id_prefix = "fpr"

    station = models.ForeignKey(ChargingStation, on_delete=models.CASCADE, related_name="foreign_profiles")
    evse_no = models.PositiveIntegerField()
    number = models.BigIntegerField(help_text="Its id on the wire.")
    purpose = models.CharField(max_length=20, choices=[(one.value, one.value) for one in ProfilePurpose])
    level = models.PositiveIntegerField(default=0)
    source = models.CharField(max_length=20, choices=ProfileSource)
    body = models.JSONField(default=dict)
    seen_at = models.DateTimeField(help_text="When it was reported last.")
    removing = models.CharField(max_length=40, blank=True, help_text="The command that takes it away.")

    class Meta:
        ordering = ["station_id", "evse_no", "number"]
        constraints = [
            models.UniqueConstraint(fields=["station", "evse_no", "number"], name="foreign_profile_once")
        ]

    def __str__(self) -> str:
        return f"{self.purpose} {self.number} at {self.station_id}/{self.evse_no}"

    @property
    def organisation_id(self) -> int:
        """The key of the organisation whose station it is."""
        return self.station.organisation_id

    @property
    def is_removable(self) -> bool:
        """What is set at the station itself stays there (OCPP 2.0.1 K12)."""
        return self.purpose != ProfilePurpose.EXTERNAL
