"""The tenant: everything an operator owns hangs on one organisation."""

from django.conf import settings
from django.db import models

from cpms.core.models import PublicModel

from ..roles import Role


class Organisation(PublicModel):
    """A charge point operator, or a part of one that must not see the others' rows."""

    id_prefix = "org"

    name = models.CharField(max_length=120)
    slug = models.SlugField(max_length=60, unique=True)
    time_zone = models.CharField(max_length=60, default="UTC")
    # An unknown station says nothing of its owner: only organisations trusted with it see that inbox.
    adopts_unknown_stations = models.BooleanField(default=False)
    members = models.ManyToManyField(
        settings.AUTH_USER_MODEL, through="Membership", related_name="organisations"
    )

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Membership(PublicModel):
    """One person in one organisation, with one role."""

    id_prefix = "mem"

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="memberships")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=20, choices=Role.choices)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "user"], name="one_membership_a_person")
        ]

    def __str__(self) -> str:
        return f"{self.user} in {self.organisation}: {self.get_role_display()}"
