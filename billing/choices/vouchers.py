"""What a voucher can give."""

from django.db import models


class VoucherKind(models.TextChoices):
    """Money that pays for sessions, energy that is free, or a percentage off."""

    CREDIT = "credit", "Money for charging"
    ENERGY = "energy", "Free energy"
    PERCENT = "percent", "Percentage off"
