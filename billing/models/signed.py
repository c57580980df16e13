"""Signed meter values as they came, and the keys of meters. A trigger keeps records what they were."""

from datetime import datetime

from django.db import models
from django.db.models import Q

from chargers.models import ChargingStation, Transaction
from cpms.accounts.models import Organisation
from cpms.core.models import PublicModel

from ..choices import KeySource, RecordState


class MeterKey(PublicModel):
    """A public key of a meter. Only a confirmed one judges anything: what a station offers is just shown."""

    id_prefix = "mky"

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="meter_keys")
    station = models.ForeignKey(ChargingStation, on_delete=models.CASCADE, related_name="meter_keys")
    evse_no = models.PositiveIntegerField("EVSE", null=True, blank=True, help_text="Empty: every EVSE.")
    meter_serial = models.CharField(max_length=80, blank=True, help_text="Empty: whichever the record names.")
    algorithm = models.CharField(max_length=60, blank=True, help_text="Empty: as the record says.")
    public_key = models.CharField(max_length=1000, help_text="Hex, base64 or PEM.")
    fingerprint = models.CharField(max_length=64, help_text="SHA-256 of the point.")
    source = models.CharField(max_length=8, choices=KeySource)
    valid_from = models.DateTimeField(null=True, blank=True, help_text="Empty: since ever.")
    valid_to = models.DateTimeField(null=True, blank=True, help_text="Empty: until it is ended.")
    confirmed_by = models.CharField(max_length=160, blank=True)
    confirmed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["station", "evse_no", "fingerprint"],
                name="meter_key_unique",
                nulls_distinct=False,
                condition=Q(valid_to=None),
            ),
            models.CheckConstraint(
                name="meter_key_ends_after_it_begins",
                condition=Q(valid_to=None) | Q(valid_from=None) | Q(valid_to__gte=models.F("valid_from")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.meter_serial or 'meter'} of {self.station}"

    @property
    def is_confirmed(self) -> bool:
        """Whether somebody vouches for it."""
        return self.confirmed_at is not None

    def holds_at(self, at: datetime) -> bool:
        """Whether it counts for a value of then."""
        return (self.valid_from is None or self.valid_from <= at) and (
            self.valid_to is None or at < self.valid_to
        )


class SignedRecord(PublicModel):
    """One signed value of a session: `text` is what was received, to the byte; the verdict beside it may change."""

    id_prefix = "sgr"

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="signed_records")
    transaction = models.ForeignKey(Transaction, on_delete=models.PROTECT, related_name="signed_records")
    format = models.CharField(max_length=10, blank=True, help_text='"OCMF", or empty for one we do not know.')
    text = models.TextField()
    digest = models.CharField(max_length=64, db_index=True, help_text="SHA-256 of the text in UTF-8.")
    context = models.CharField(max_length=40, blank=True, help_text="Reading context of OCPP.")
    taken_at = models.DateTimeField(help_text="By the message that carried it.")
    received_at = models.DateTimeField()
    offered_key = models.CharField(max_length=1000, blank=True, help_text="Came with it; never trusted.")
    state = models.CharField(max_length=9, choices=RecordState)
    reasons = models.JSONField(default=list, help_text="Why it is not valid, in sentences.")
    key = models.ForeignKey(MeterKey, null=True, on_delete=models.SET_NULL, related_name="records")
    key_fingerprint = models.CharField(max_length=64, blank=True)
    checked_at = models.DateTimeField(db_index=True)
    verifier = models.CharField(max_length=20, help_text="Version of what judged it.")

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["transaction", "digest"], name="signed_record_unique"),
        ]

    def __str__(self) -> str:
        return f"{self.format or 'signed value'} of {self.transaction}"
