"""Transactions (drivers read "session") and the messages they are made of."""

from django.db import models

from cpms.accounts.models import Organisation
from cpms.core.models import PublicModel

from ..choices import OPEN_STATES, TransactionEventKind, TransactionState
from .id_tag import IdTag
from .station import ChargingStation


class Transaction(PublicModel):
    """One physical charge, whichever protocol version reported it. Free of money.

    `reference` is the id on the wire: in OCPP 1.6 the random number we gave out, in 2.x the station's own.
    `natural_key` is a digest of what makes the start unique, so that a repeated start finds this row.
    Both are unique per station and enforced by the database: retries are harmless by construction.
    """

    id_prefix = "txn"

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="transactions")
    station = models.ForeignKey(ChargingStation, on_delete=models.PROTECT, related_name="transactions")
    reference = models.CharField(max_length=255)
    natural_key = models.CharField(max_length=64)
    evse_no = models.PositiveIntegerField(null=True)
    connector_no = models.PositiveIntegerField(null=True)
    id_tag = models.ForeignKey(IdTag, null=True, on_delete=models.SET_NULL, related_name="transactions")
    uid = models.CharField(max_length=255, blank=True)
    token_type = models.CharField(max_length=20, blank=True)
    authorization = models.CharField(
        max_length=14, blank=True, help_text="Our answer to the token at the start."
    )
    state = models.CharField(max_length=14, choices=TransactionState, default=TransactionState.PENDING)

    started_at = models.DateTimeField(help_text="By the station's clock where it can be trusted.")
    start_received_at = models.DateTimeField()
    start_message_id = models.CharField(max_length=255, blank=True)
    ended_at = models.DateTimeField(null=True)
    end_received_at = models.DateTimeField(null=True)
    meter_start_wh = models.BigIntegerField(null=True)
    meter_stop_wh = models.BigIntegerField(null=True)
    energy_wh = models.BigIntegerField(null=True, help_text="Final once ended; never negative.")
    stop_reason = models.CharField(max_length=40, blank=True)
    stop_uid = models.CharField(max_length=255, blank=True)
    stop_digest = models.CharField(max_length=64, blank=True)
    offline = models.BooleanField(default=False, help_text="Started while the station was offline.")
    remote_start_id = models.BigIntegerField(null=True)
    reservation_id = models.BigIntegerField(null=True)
    # What is odd about it: {"code": {"count": 1, "first": "...", "detail": "..."}}.
    flags = models.JSONField(default=dict)

    class Meta:
        ordering = ["-started_at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["station", "reference"], name="transaction_reference_unique"),
            models.UniqueConstraint(fields=["station", "natural_key"], name="transaction_natural_key_unique"),
            models.CheckConstraint(
                name="transaction_energy_not_negative",
                condition=models.Q(energy_wh=None) | models.Q(energy_wh__gte=0),
            ),
        ]
        indexes = [
            models.Index(fields=["organisation", "-started_at", "-id"], name="transactions_by_start"),
            models.Index(fields=["station", "-started_at"], name="transactions_by_station"),
            models.Index(
                fields=["station", "evse_no"],
                name="open_transactions",
                condition=models.Q(state__in=[s.value for s in OPEN_STATES]),
            ),
            models.Index(fields=["id_tag", "-started_at"], name="transactions_by_tag"),
        ]

    def __str__(self) -> str:
        return self.public_id

    @property
    def is_open(self) -> bool:
        """Whether energy may still flow."""
        return self.state in OPEN_STATES


class TransactionEvent(models.Model):
    """One transaction message as it was reported: the timeline, and in 2.x the check of completeness.

    `digest` is over the content: the same sequence number with another digest is a conflict.
    """

    id = models.BigAutoField(primary_key=True)
    transaction = models.ForeignKey(Transaction, on_delete=models.CASCADE, related_name="events")
    kind = models.CharField(max_length=8, choices=TransactionEventKind)
    seq_no = models.IntegerField(null=True)
    trigger = models.CharField(max_length=40, blank=True)
    charging_state = models.CharField(max_length=20, blank=True)
    at = models.DateTimeField()
    received_at = models.DateTimeField()
    offline = models.BooleanField(default=False)
    meter_wh = models.BigIntegerField(null=True)
    digest = models.CharField(max_length=64)
    conflict = models.BooleanField(default=False)

    class Meta:
        ordering = ["at", "seq_no", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["transaction", "seq_no"], name="seq_no_unique", condition=models.Q(conflict=False)
            ),
            models.UniqueConstraint(fields=["transaction", "digest"], name="event_digest_unique"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.seq_no}"
