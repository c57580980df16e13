"""Cards that drivers want to charge with."""

from django.db import models

from chargers.models import ChargingStation, IdTag
from cpms.core.models import PublicModel

from ..choices import OPEN_CLAIMS, ClaimState
from .driver import Driver


class CardClaim(PublicModel):
    """A driver says that a card is his. It is when it was read at the charger he named, or the operator says so.

    `uid` is in capitals and without separators. `read_at` is when the named charger read it within the time.
    """

    id_prefix = "ccl"

    driver = models.ForeignKey(Driver, on_delete=models.CASCADE, related_name="card_claims")
    uid = models.CharField(max_length=36)
    label = models.CharField(max_length=60, blank=True)
    station = models.ForeignKey(ChargingStation, on_delete=models.CASCADE, related_name="card_claims")
    state = models.CharField(max_length=8, choices=ClaimState, default=ClaimState.WAITING)
    asked_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)
    id_tag = models.ForeignKey(IdTag, null=True, on_delete=models.SET_NULL, related_name="card_claims")
    decided_at = models.DateTimeField(null=True)
    decided_by = models.CharField(max_length=160, blank=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["driver", "uid"], condition=models.Q(state__in=[s.value for s in OPEN_CLAIMS]),
                name="card_claim_open_once",
            ),
        ]  # fmt: skip
        indexes = [
            models.Index(
                fields=["expires_at"],
                condition=models.Q(state=ClaimState.WAITING),
                name="card_claims_waiting",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.uid} {self.state}"

    @property
    def told(self) -> ClaimState:
        """The state with its word and tone."""
        return ClaimState(self.state)

    @property
    def is_open(self) -> bool:
        """Whether something may still come of it."""
        return self.state in OPEN_CLAIMS
