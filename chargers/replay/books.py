"""What no station ever told: organisations, sites, stations and ID tags, carried from one database to another."""

from collections.abc import Iterable

from django.core import serializers
from django.db.models import Model

from chargers.models import ChargingStation, IdTag, IdTagGroup, Site
from cpms.accounts.models import Organisation

CARRIED: tuple[type[Model], ...] = (Organisation, Site, ChargingStation, IdTagGroup, IdTag)
"""In the order in which they need each other."""


def read_books() -> list[str]:
    """One JSON text for each kind of row."""
    return [serializers.serialize("json", kind._default_manager.order_by("pk")) for kind in CARRIED]


def write_books(texts: Iterable[str]) -> None:
    """Store the rows with the keys they had."""
    for text in texts:
        for row in serializers.deserialize("json", text):
            row.save()
