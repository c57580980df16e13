"""Stations that called and are not ours, until somebody adopts or blocks them."""

from django.db import models

from cpms.core.models import PublicModel

from ..choices import UnknownState


class UnknownStation(PublicModel):
    """What an unknown identity sent in its handshakes. Nothing else is created for it."""

    id_prefix = "unk"

    identity = models.CharField(max_length=48, unique=True)
    state = models.CharField(max_length=10, choices=UnknownState, default=UnknownState.WAITING)
    attempts = models.PositiveIntegerField(default=1)
    first_seen_at = models.DateTimeField()
    last_seen_at = models.DateTimeField()
    remote_address = models.CharField(max_length=60, blank=True)
    path = models.CharField(max_length=255, blank=True)
    subprotocols = models.CharField(max_length=255, blank=True)
    user_agent = models.CharField(max_length=255, blank=True)
    # The key it offered, hashed as a station's key is: adopting it needs no visit to the charger.
    offered_key_hash = models.CharField(max_length=64, blank=True, editable=False)

    class Meta:
        ordering = ["-last_seen_at"]

    def __str__(self) -> str:
        return self.identity
