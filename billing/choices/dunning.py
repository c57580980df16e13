"""How far reminding of an invoice has come."""

from django.db import models

from chargers.choices import AVAILABLE, FAULT, WAITING, ToneChoices


class DunningLevel(models.IntegerChoices):
    """What was done last about an invoice that is not paid."""

    NONE = 0, "Not reminded yet"
    REMINDER = 1, "Reminder"
    SECOND = 2, "Second reminder"
    BLOCK = 3, "Cards blocked"
    HAND_OVER = 4, "Handed over"


class DunningState(ToneChoices):
    """Whether an invoice is reminded of. Only what runs blocks cards."""

    RUNNING = "running", FAULT, "Running"
    HELD = "held", WAITING, "On hold"
    DISPUTED = "disputed", WAITING, "Disputed"
    ENDED = "ended", AVAILABLE, "Ended"


DUNNING_STOPPED = (DunningState.HELD, DunningState.DISPUTED)
