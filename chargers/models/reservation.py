"""Reservations: a place kept free for an ID tag until a time."""

from django.core.validators import MaxValueValidator
from django.db import models

from cpms.accounts.models import Organisation
from cpms.core.models import PublicModel

from ..choices import OPEN_RESERVATIONS, ReservationState
from .id_tag import IdTag
from .station import ChargingStation
from .transaction import Transaction


class Reservation(PublicModel):
    """A place kept for somebody (OCPP 1.6 §5.13, 2.0.1 H01). `evse_no` 0 is any place of the station.

    `wire_id` is the number on the wire, unique per station; asking again with it replaces the reservation.
    """

    id_prefix = "rsv"

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="reservations")
    station = models.ForeignKey(ChargingStation, on_delete=models.CASCADE, related_name="reservations")
    wire_id = models.BigIntegerField()
    evse_no = models.PositiveIntegerField(default=0, validators=[MaxValueValidator(2**31 - 1)])
    id_tag = models.ForeignKey(IdTag, null=True, on_delete=models.SET_NULL, related_name="reservations")
    uid = models.CharField(max_length=255)
    token_type = models.CharField(max_length=20, blank=True)
    parent_uid = models.CharField(
        max_length=36, blank=True, help_text="Tags of this group may use the reservation too."
    )
    expires_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=ReservationState, default=ReservationState.REQUESTED)
    # The station's own word when it refused: Faulted, Occupied, Rejected or Unavailable.
    answer = models.CharField(max_length=40, blank=True)
    note = models.CharField(max_length=255, blank=True, help_text="What happened last, in a sentence.")
    transaction = models.ForeignKey(
        Transaction, null=True, on_delete=models.SET_NULL, related_name="reservations"
    )
    made_by = models.CharField(max_length=160, blank=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-created_at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["station", "wire_id"], name="reservation_wire_id_unique")
        ]
        indexes = [
            models.Index(fields=["organisation", "-created_at", "-id"], name="reservations_by_time"),
            models.Index(
                fields=["station", "expires_at"],
                name="open_reservations",
                condition=models.Q(state__in=[s.value for s in OPEN_RESERVATIONS]),
            ),
        ]

    def __str__(self) -> str:
        return self.public_id

    @property
    def is_open(self) -> bool:
        """Whether it may still keep the place free."""
        return self.state in OPEN_RESERVATIONS
