"""Firmware files, the certificates that vouch for them, and logs that stations brought. Bytes are in the storage."""

from django.db import models

from cpms.accounts.models import Organisation
from cpms.core.models import PublicModel

from ..choices import OPEN_LOG_REQUESTS, FirmwareFileState, LogKind, LogRequestState, Transport
from .command import Command
from .station import ChargingStation


class FirmwareFile(PublicModel):
    """One firmware as its manufacturer gave it out.

    `signature` is base64 over the whole file (OCPP 1.6 security whitepaper, L01).
    """

    id_prefix = "frm"

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="firmware_files")
    vendor = models.CharField(max_length=255)
    model = models.CharField(max_length=255, blank=True, help_text="Empty: all models of the vendor.")
    version = models.CharField(max_length=255)
    notes = models.TextField(blank=True)
    signature = models.TextField(blank=True)
    certificate = models.TextField(blank=True, help_text="PEM, the signing certificate first.")

    state = models.CharField(max_length=10, choices=FirmwareFileState, default=FirmwareFileState.EMPTY)
    verdict = models.CharField(max_length=255, blank=True, help_text="What the check of the signature found.")
    file_name = models.CharField(max_length=255, blank=True)
    storage_name = models.CharField(max_length=255, blank=True, editable=False)
    size_bytes = models.BigIntegerField(null=True)
    sha256 = models.CharField(max_length=64, blank=True)
    uploaded_at = models.DateTimeField(null=True)
    added_by = models.CharField(max_length=160, blank=True)

    class Meta:
        ordering = ["vendor", "model", "-created_at"]

    def __str__(self) -> str:
        return f"{self.vendor} {self.model} {self.version}".replace("  ", " ")

    @property
    def can_be_sent(self) -> bool:
        """Whether it may go to stations at all."""
        return self.state in (FirmwareFileState.UNSIGNED, FirmwareFileState.VERIFIED)

    @property
    def is_verified(self) -> bool:
        """Whether its signature was checked and is good."""
        return self.state == FirmwareFileState.VERIFIED


class ManufacturerRoot(PublicModel):
    """A root certificate of a manufacturer: signing certificates of his firmware must chain to it."""

    id_prefix = "mfr"

    organisation = models.ForeignKey(
        Organisation, on_delete=models.CASCADE, related_name="manufacturer_roots"
    )
    vendor = models.CharField(max_length=255)
    certificate = models.TextField(help_text="PEM, one certificate.")
    subject = models.CharField(max_length=255)
    fingerprint = models.CharField(max_length=64, help_text="SHA-256 of the certificate, hex.")
    expires_at = models.DateTimeField()

    class Meta:
        ordering = ["vendor", "subject"]
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "vendor", "fingerprint"], name="manufacturer_root_unique"
            )
        ]

    def __str__(self) -> str:
        return self.subject


class FirmwarePolicy(models.Model):
    """What may be sent to a station beyond signed firmware, and what it showed it cannot do."""

    station = models.OneToOneField(
        ChargingStation, primary_key=True, on_delete=models.CASCADE, related_name="firmware_policy"
    )
    allows_unsigned = models.BooleanField(default=False)
    reason = models.CharField(max_length=255, blank=True)
    set_by = models.CharField(max_length=160, blank=True)
    set_at = models.DateTimeField(null=True)
    # When it answered a signed update with "not supported".
    signed_refused_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.station}: {'unsigned too' if self.allows_unsigned else 'signed only'}"


class LogRequest(PublicModel):
    """One log asked of one station. What the station says and whether the file is here are two facts."""

    id_prefix = "lgr"

    station = models.ForeignKey(ChargingStation, on_delete=models.CASCADE, related_name="log_requests")
    kind = models.CharField(max_length=16, choices=LogKind)
    request_id = models.IntegerField()
    transport = models.CharField(max_length=6, choices=Transport, default=Transport.HTTPS)
    oldest_at = models.DateTimeField(null=True)
    latest_at = models.DateTimeField(null=True)
    command = models.ForeignKey(Command, null=True, on_delete=models.SET_NULL, related_name="+")
    requested_by = models.CharField(max_length=160)

    state = models.CharField(max_length=10, choices=LogRequestState, default=LogRequestState.QUEUED)
    note = models.CharField(max_length=255, blank=True)
    steps = models.JSONField(default=list)
    reported_status = models.CharField(max_length=40, blank=True)
    reported_at = models.DateTimeField(null=True)
    announced_name = models.CharField(max_length=255, blank=True)
    deadline_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)

    file_name = models.CharField(max_length=255, blank=True)
    storage_name = models.CharField(max_length=255, blank=True, editable=False)
    size_bytes = models.BigIntegerField(null=True)
    sha256 = models.CharField(max_length=64, blank=True)
    received_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-created_at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["station", "request_id"], name="log_request_id_unique")
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} of {self.station}"

    @property
    def is_here(self) -> bool:
        """Whether the file has arrived and was not deleted since."""
        return bool(self.storage_name)

    @property
    def is_open(self) -> bool:
        """Whether the file may still come."""
        return self.state in OPEN_LOG_REQUESTS


class StrayFileReport(PublicModel):
    """A status about a request we never made: kept and shown, it changes nothing."""

    id_prefix = "sfr"

    station = models.ForeignKey(ChargingStation, on_delete=models.CASCADE, related_name="stray_file_reports")
    about = models.CharField(max_length=10, help_text="firmware or log")
    status = models.CharField(max_length=40)
    request_id = models.BigIntegerField(null=True)
    received_at = models.DateTimeField()

    class Meta:
        ordering = ["-received_at", "-id"]

    def __str__(self) -> str:
        return f"{self.about} {self.status}"
