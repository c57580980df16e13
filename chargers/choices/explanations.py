"""What the timeline of a transaction is made of, and who acts in it."""

from django.db import models


class EntryKind(models.TextChoices):
    """Kinds of entries, for the filter."""

    MESSAGE = "message", "Messages"
    DECISION = "decision", "Decisions"
    CORRECTION = "correction", "Corrections"
    COMMAND = "command", "Commands"
    ACT = "act", "People"
    PRICE = "price", "Prices"


class EntryActor(models.TextChoices):
    """Who did what an entry tells."""

    STATION = "station", "Station"
    SYSTEM = "system", "This system"
    PERSON = "person", "Operator"
