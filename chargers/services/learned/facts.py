"""What is learned about stations from how they behave, each fact with what it rests on."""

from datetime import datetime
from typing import Any

from django.db import transaction

from chargers.choices import FactKind
from chargers.models import ChargingStation, LearnedFact


@transaction.atomic
def fact_learn(
    station_id: int, kind: FactKind, value: object, evidence: dict[str, Any], at: datetime
) -> bool:
    """Note a fact; a value that differs from the known one starts it anew. Returns whether it is news.

    `evidence` is small: ids, times and numbers, never a text a station sent. Nothing happens for a station that
    was removed meanwhile.
    """
    if not ChargingStation.objects.filter(pk=station_id).exists():
        return False
    told = str(value)[:60]
    first = {"value": told, "evidence": evidence, "first_at": at, "last_at": at}
    fact, made = LearnedFact.objects.select_for_update().get_or_create(
        station_id=station_id, kind=kind, defaults=first
    )
    if made:
        return True
    changed = fact.value != told
    fact.first_at = at if changed else fact.first_at
    fact.count = 1 if changed else fact.count + 1
    fact.value, fact.evidence, fact.last_at = told, evidence, at
    fact.save()
    return changed


def fact_value(station_id: int, kind: FactKind) -> str | None:
    """What is known; None when it is not."""
    return (
        LearnedFact.objects.filter(station_id=station_id, kind=kind).values_list("value", flat=True).first()
    )
