"""Who may charge: ID tags (2.x "IdToken"), their groups, and the log of every yes and no."""

from django.db import models
from django.db.models.functions import Upper

from cpms.accounts.models import Organisation
from cpms.core.models import PublicModel

from ..choices import AuthorizationStatus, TagStatus, TokenType
from .station import ChargingStation


class IdTagGroup(PublicModel):
    """Tags that may stop each other's transactions (1.6 parentIdTag, 2.x groupIdToken)."""

    id_prefix = "grp"

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="id_tag_groups")
    name = models.CharField(
        max_length=20, help_text="Sent to stations as the parent tag: at most 20 characters."
    )

    class Meta:
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["organisation", "name"], name="group_name_unique")]

    def __str__(self) -> str:
        return self.name


class IdTag(PublicModel):
    """A card, app or other token. Compared without regard to case (OCPP CiString)."""

    id_prefix = "tag"

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="id_tags")
    uid = models.CharField("UID", max_length=255)
    type = models.CharField(max_length=20, choices=TokenType, default=TokenType.ISO14443)
    label = models.CharField(max_length=120, blank=True)
    status = models.CharField(max_length=10, choices=TagStatus, default=TagStatus.ACTIVE)
    expires_at = models.DateTimeField(null=True, blank=True)
    group = models.ForeignKey(
        IdTagGroup, null=True, blank=True, on_delete=models.SET_NULL, related_name="id_tags"
    )
    max_concurrent = models.PositiveSmallIntegerField(
        null=True, blank=True, default=1, help_text="Transactions at the same time; empty for no limit."
    )
    max_energy_wh = models.PositiveBigIntegerField(
        "energy limit (Wh)", null=True, blank=True, help_text="The transaction is stopped when it is reached."
    )
    max_minutes = models.PositiveIntegerField(
        "time limit (minutes)",
        null=True,
        blank=True,
        help_text="The transaction is stopped after so many minutes.",
    )

    class Meta:
        ordering = ["uid"]
        constraints = [models.UniqueConstraint("organisation", Upper("uid"), name="id_tag_unique")]

    def __str__(self) -> str:
        return self.uid


class Authorization(models.Model):
    """One decision about a token at a station, with its reason: the authorise log."""

    id = models.BigAutoField(primary_key=True)
    station = models.ForeignKey(ChargingStation, on_delete=models.CASCADE, related_name="authorizations")
    id_tag = models.ForeignKey(IdTag, null=True, on_delete=models.SET_NULL, related_name="authorizations")
    uid = models.CharField(max_length=255)
    status = models.CharField(max_length=14, choices=AuthorizationStatus)
    reason = models.CharField(max_length=160)
    at = models.DateTimeField()
    # What asked: "authorize", "start", "remote".
    occasion = models.CharField(max_length=12)

    class Meta:
        indexes = [
            models.Index(fields=["station", "-at"], name="authorizations_by_station"),
            models.Index(fields=["id_tag", "-at"], name="authorizations_by_tag"),
        ]

    def __str__(self) -> str:
        return f"{self.uid} {self.status}"
