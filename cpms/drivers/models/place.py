"""Places that drivers remember, and what they want to hear of them."""

from django.conf import settings
from django.db import models

from chargers.models import ChargingStation, Site
from cpms.core.models import PublicModel


class Favourite(PublicModel):
    """A site that somebody wants to find again."""

    id_prefix = "fav"

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="favourites")
    site = models.ForeignKey(Site, on_delete=models.CASCADE, related_name="favourites")

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["user", "site"], name="favourite_once")]

    def __str__(self) -> str:
        return f"{self.user} likes {self.site}"


class FreeWish(PublicModel):
    """Somebody wants to be told, once, when a station is free; until `expires_at`, or until he takes it back.

    `told_at` is set before the mail is sent: rather none than two.
    """

    id_prefix = "fwi"

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="free_wishes")
    station = models.ForeignKey(ChargingStation, on_delete=models.CASCADE, related_name="free_wishes")
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    told_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True, help_text="When it was told, taken back or over.")

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "station"], condition=models.Q(ended_at=None), name="free_wish_open_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} waits for {self.station}"
