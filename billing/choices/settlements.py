"""States of settlements with site hosts, and who bears what."""

from django.db import models

from billing.books.sharing import Bearer
from chargers.choices import AVAILABLE, CHARGING, WAITING, ToneChoices


class SettlementState(ToneChoices):
    """A draft may be discarded; what is agreed has a number, is booked and never changes."""

    DRAFT = "draft", WAITING, "Draft"
    AGREED = "agreed", CHARGING, "Agreed"
    PAID = "paid", AVAILABLE, "Paid"


class FeeBearer(models.TextChoices):
    """Who bears what card payments cost."""

    OPERATOR = Bearer.OPERATOR.value, "We do"
    HOST = Bearer.HOST.value, "The host"
    SHARED = Bearer.SHARED.value, "Both, as they share the revenue"
