"""What a driver tells of himself and his car."""

from django.conf import settings
from django.db import models

from cpms.core.models import PublicModel

from ..choices import Plug


class Profile(models.Model):
    """How somebody wants to be spoken to. His name is that of his user."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, primary_key=True, on_delete=models.CASCADE, related_name="driver_profile"
    )
    locale = models.CharField(max_length=10, blank=True, help_text="Empty: as the phone says.")
    time_zone = models.CharField(max_length=60, blank=True, help_text="Empty: that of the place.")

    def __str__(self) -> str:
        return f"profile of {self.user}"


class Vehicle(PublicModel):
    """A car: what it takes in and how much fits. Zero for what is not known."""

    id_prefix = "vcl"

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="vehicles")
    name = models.CharField(max_length=60)
    battery_wh = models.PositiveIntegerField(default=0)
    plug = models.CharField(max_length=20, choices=Plug, blank=True)
    max_ac_w = models.PositiveIntegerField(default=0)
    max_dc_w = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return self.name
