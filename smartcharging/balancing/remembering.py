"""What is noted of a car between two rounds, in its grant."""

from datetime import datetime
from typing import Any

from ..engine.dispatch import Channel
from .snapshot import Place


def memory_of(place: Place) -> dict[str, Any]:
    """What was noted of this transaction; nothing of the one before."""
    if place.grant is None or place.transaction is None:
        return {}
    memory: dict[str, Any] = place.grant.memory
    return memory if memory.get("transaction") == place.transaction.public_id else {}


def granted_a(place: Place) -> float:
    """What the transaction was granted until now (A)."""
    return place.grant.amps if place.grant is not None and memory_of(place) else 0.0


def memory_after(place: Place, now: datetime, amps: float, channel: Channel | None) -> dict[str, Any]:
    """What to note: when it was switched and raised last, and what was seen of its obedience."""
    if place.transaction is None:
        return {}
    before = memory_of(place)
    memory = dict(before) or {"transaction": place.transaction.public_id}
    if (amps > 0) != (granted_a(place) > 0):
        memory.pop("retold", None)
        memory["switched_at"] = now.isoformat()
    if amps > granted_a(place):
        memory["raised_at_s"] = now.timestamp()
    if channel is not None:
        if channel.again:
            memory["retold"] = True
        seen = {"above": channel.above, "above_since_s": channel.above_since_s, "resent": channel.resent}
        memory = {name: value for name, value in memory.items() if name not in seen}
        memory |= {name: value for name, value in seen.items() if value}
        if place.reading is not None:
            memory["reading"] = place.reading.pk
    return memory
