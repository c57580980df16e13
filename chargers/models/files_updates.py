"""Firmware on its way to stations: single updates, campaigns, and the links files travel by."""

from django.db import models
from django.db.models import Q

from cpms.accounts.models import Organisation
from cpms.core.models import PublicModel

from ..choices import (
    OPEN_CAMPAIGNS,
    OPEN_UPDATES,
    RUNNING_UPDATES,
    CampaignState,
    FirmwareUpdateState,
    LinkPurpose,
    Transport,
)
from .command import Command
from .files import FirmwareFile, LogRequest
from .station import ChargingStation


class FirmwareCampaign(PublicModel):
    """One firmware for many stations, in waves; the next wave begins when the one before has ended."""

    id_prefix = "fcp"

    organisation = models.ForeignKey(
        Organisation, on_delete=models.CASCADE, related_name="firmware_campaigns"
    )
    file = models.ForeignKey(FirmwareFile, on_delete=models.RESTRICT, related_name="campaigns")
    name = models.CharField(max_length=120)
    selection = models.JSONField(default=dict, help_text="The filter the stations were chosen by.")
    wave_sizes = models.JSONField(default=list, help_text="Stations a wave; the last number repeats.")
    max_failures = models.PositiveIntegerField(null=True, blank=True)
    max_failed_percent = models.PositiveSmallIntegerField(null=True, blank=True)
    transport = models.CharField(max_length=6, choices=Transport, default=Transport.HTTPS)
    retrieve_at = models.DateTimeField(null=True, blank=True)
    install_at = models.DateTimeField(null=True, blank=True)
    retries = models.PositiveSmallIntegerField(default=0)

    state = models.CharField(max_length=10, choices=CampaignState, default=CampaignState.RUNNING)
    note = models.CharField(max_length=255, blank=True)
    wave = models.PositiveIntegerField(default=0, help_text="The newest wave that was begun.")
    # Failures before this moment are forgiven: somebody resumed the campaign knowing of them.
    forgiven_until = models.DateTimeField(null=True)
    started_by = models.CharField(max_length=160)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-created_at", "-id"]

    def __str__(self) -> str:
        return self.name

    @property
    def is_open(self) -> bool:
        """Whether anything may still happen."""
        return self.state in OPEN_CAMPAIGNS


class FirmwareUpdate(PublicModel):
    """One station, one firmware. The version that is wanted is the file's; `reported_version` is what it said after."""

    id_prefix = "fup"

    station = models.ForeignKey(ChargingStation, on_delete=models.CASCADE, related_name="firmware_updates")
    file = models.ForeignKey(FirmwareFile, on_delete=models.RESTRICT, related_name="updates")
    campaign = models.ForeignKey(
        FirmwareCampaign, null=True, on_delete=models.CASCADE, related_name="updates"
    )
    wave = models.PositiveIntegerField(default=0)
    request_id = models.IntegerField()
    is_signed = models.BooleanField(default=False, help_text="Sent with signature and certificate.")
    why_so = models.CharField(max_length=255, blank=True, help_text="Why signed or unsigned.")
    transport = models.CharField(max_length=6, choices=Transport, default=Transport.HTTPS)
    retrieve_at = models.DateTimeField(null=True)
    install_at = models.DateTimeField(null=True)
    retries = models.PositiveSmallIntegerField(default=0, help_text="Requests we may repeat.")
    attempt = models.PositiveSmallIntegerField(default=0)
    command = models.ForeignKey(Command, null=True, on_delete=models.SET_NULL, related_name="+")
    requested_by = models.CharField(max_length=160)

    state = models.CharField(max_length=12, choices=FirmwareUpdateState, default=FirmwareUpdateState.QUEUED)
    note = models.CharField(max_length=255, blank=True)
    steps = models.JSONField(default=list)
    previous_version = models.CharField(max_length=255, blank=True)
    reported_version = models.CharField(max_length=255, blank=True)
    sent_at = models.DateTimeField(null=True)
    deadline_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-created_at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["station", "request_id"], name="firmware_request_unique"),
            # A station does one update at a time.
            models.UniqueConstraint(
                fields=["station"],
                name="one_running_update",
                condition=Q(state__in=[s.value for s in RUNNING_UPDATES]),
            ),
        ]
        indexes = [
            models.Index(
                fields=["deadline_at"],
                name="open_firmware_updates",
                condition=Q(state__in=[s.value for s in OPEN_UPDATES]),
            ),
            models.Index(fields=["campaign", "wave"], name="updates_by_wave"),
        ]

    def __str__(self) -> str:
        return f"{self.file} for {self.station}"

    @property
    def is_open(self) -> bool:
        """Whether it is still under way, or waits for its wave."""
        return self.state in OPEN_UPDATES


class TransferLink(PublicModel):
    """The right to fetch or bring one file, for one station or person, for a short time. Only a hash is kept."""

    id_prefix = "lnk"

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="transfer_links")
    purpose = models.CharField(max_length=18, choices=LinkPurpose)
    transport = models.CharField(max_length=6, choices=Transport, default=Transport.HTTPS)
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    station = models.ForeignKey(ChargingStation, null=True, on_delete=models.CASCADE, related_name="+")
    update = models.ForeignKey(FirmwareUpdate, null=True, on_delete=models.CASCADE, related_name="links")
    log_request = models.ForeignKey(LogRequest, null=True, on_delete=models.CASCADE, related_name="links")
    firmware_file = models.ForeignKey(FirmwareFile, null=True, on_delete=models.CASCADE, related_name="links")
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    # An upload ends the link; a download does not, so that it can be resumed.
    used_at = models.DateTimeField(null=True)
    requests = models.PositiveIntegerField(default=0)
    bytes_moved = models.BigIntegerField(default=0)
    last_request_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.get_purpose_display()} until {self.expires_at}"
