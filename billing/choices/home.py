"""Where the price of a kWh at home comes from."""

from django.db import models


class HomeRateKind(models.TextChoices):
    """What the employer pays back for a kWh."""

    CONTRACT = "contract", "The employee's own contract"
    FLAT = "flat", "Flat rate of the tax office"
