"""States of tariff versions, and whom and what a tariff is assigned to."""

from django.db import models

from billing.pricing.assignment import Audience, Scope
from chargers.choices import AVAILABLE, CHARGING, OFFLINE, WAITING, ToneChoices


class VersionState(ToneChoices):
    """A draft may change; what is published never does, and is in force from its day on."""

    DRAFT = "draft", WAITING, "Draft"
    PUBLISHED = "published", AVAILABLE, "Published"


class TariffState(ToneChoices):
    """How a tariff stands as a whole; it follows from its versions and assignments."""

    DRAFT = "draft", WAITING, "Draft"
    SCHEDULED = "scheduled", CHARGING, "Scheduled"
    PUBLISHED = "published", AVAILABLE, "Published"
    ENDED = "ended", OFFLINE, "Ended"


class AssignedTo(models.TextChoices):
    """Whom a tariff is for. Each is an audience of the resolution."""

    PUBLIC = "public", "Everybody"
    GROUP = "group", "A group of ID tags"

    @property
    def audience(self) -> Audience:
        """Its rank among audiences."""
        return Audience[self.name]


class AssignedAt(models.TextChoices):
    """Where a tariff applies. Each is a scope of the resolution."""

    ORGANISATION = "organisation", "Everywhere"
    SITE = "site", "A site"
    STATION = "station", "A station"
    EVSE = "evse", "An EVSE"

    @property
    def scope(self) -> Scope:
        """Its rank among scopes."""
        return Scope[self.name]
