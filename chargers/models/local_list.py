"""Local authorisation lists: who may charge while a station is offline."""

from django.db import models

from cpms.accounts.models import Organisation
from cpms.core.models import PublicModel

from ..choices import ListState
from .id_tag import IdTag, IdTagGroup
from .site import Site
from .station import ChargingStation


class LocalList(PublicModel):
    """A list of an organisation: which tags stand on it, and which stations carry it.

    On it are all tags of the organisation, or those of the chosen groups and the chosen single tags. A
    station named directly carries the list; else the list of its site. A station carries one list and a site
    gives one, so the answer to "which list is on this station" is never a matter of order. Sites are the
    rule, because a station that is added to a site gets its list without anybody thinking of it; naming
    stations is the exception (a locked depot inside a public garage).
    """

    id_prefix = "lst"

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="local_lists")
    name = models.CharField(max_length=120)
    every_tag = models.BooleanField("all ID tags", default=True)
    groups = models.ManyToManyField(IdTagGroup, blank=True, related_name="local_lists")
    tags = models.ManyToManyField(IdTag, blank=True, related_name="local_lists")
    automatic = models.BooleanField(
        "send changes by itself",
        default=True,
        help_text="Stations get the changes a moment after tags have changed.",
    )
    # Of the entries the stations were last brought up to, and of those seen last: a change is sent when it
    # was seen twice.
    digest = models.CharField(max_length=40, blank=True, editable=False)
    seen_digest = models.CharField(max_length=40, blank=True, editable=False)
    changed_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["organisation", "name"], name="local_list_unique")]

    def __str__(self) -> str:
        return self.name


class LocalListSite(models.Model):
    """All stations of a site carry this list, unless they are named by another one."""

    site = models.OneToOneField(
        Site, primary_key=True, on_delete=models.CASCADE, related_name="local_list_site"
    )
    local_list = models.ForeignKey(LocalList, on_delete=models.CASCADE, related_name="sites")

    def __str__(self) -> str:
        return f"{self.local_list_id} at {self.site_id}"


class LocalListStation(models.Model):
    """A station that carries this list, whatever its site has."""

    station = models.OneToOneField(
        ChargingStation, primary_key=True, on_delete=models.CASCADE, related_name="local_list_station"
    )
    local_list = models.ForeignKey(LocalList, on_delete=models.CASCADE, related_name="stations")

    def __str__(self) -> str:
        return f"{self.local_list_id} on {self.station_id}"


class StationList(models.Model):
    """The list a station has, as far as we know, and how it is brought up to ours.

    `held` are the entries of `held_version`, `{UID: {"uid", "type", "status", "expires_at", "parent_uid"}}`;
    a differential is made only when the station reports just that version. `sent` is the message under way,
    `{"version", "full", "entries": {UID: entry or null}}`.
    """

    station = models.OneToOneField(
        ChargingStation, primary_key=True, on_delete=models.CASCADE, related_name="list_state"
    )
    local_list = models.ForeignKey(
        LocalList, null=True, on_delete=models.SET_NULL, related_name="station_states"
    )
    state = models.CharField(max_length=12, choices=ListState, default=ListState.UNKNOWN)
    note = models.CharField(max_length=255, blank=True)
    desired_version = models.BigIntegerField(null=True)
    held_version = models.BigIntegerField(null=True)
    held = models.JSONField(default=dict)
    # None: not asked, 0: empty, -1: the station has none (OCPP 1.6 §5.10).
    reported_version = models.BigIntegerField(null=True)
    checked_at = models.DateTimeField(null=True)
    updated_at = models.DateTimeField(null=True)
    # Somebody, or a change of tags, wants the station brought up to date.
    wanted_since = models.DateTimeField(null=True)
    asked_at = models.DateTimeField(null=True)
    tries = models.PositiveSmallIntegerField(default=0)
    sent = models.JSONField(null=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["station"], name="lists_to_send", condition=models.Q(wanted_since__isnull=False)
            )
        ]

    def __str__(self) -> str:
        return f"list of {self.station_id}"
