"""What is noted of a car between two rounds, in its grant."""

from collections.abc import Mapping
from datetime import datetime
from math import inf, nan
from typing import Any, Final

from django.conf import settings

from ..engine.dispatch import Channel
from ..engine.fill import Unused, UnusedRules, unused_after
from .place import Place

# A car that draws less than this for so long (A, s), while it may, has had enough.
_IDLE_A: Final = 1.0
_IDLE_S: Final = 600.0
_SPARED_S: Final = 3600.0


def memory_of(place: Place) -> dict[str, Any]:
    """What was noted of this transaction; nothing of the one before."""
    if place.grant is None or place.transaction is None:
        return {}
    memory: dict[str, Any] = place.grant.memory
    return memory if memory.get("transaction") == place.transaction.public_id else {}


def granted_a(place: Place) -> float:
    """What the transaction was granted until now (A)."""
    return place.grant.amps if place.grant is not None and memory_of(place) else 0.0


def _rules() -> UnusedRules:
    given = settings.BALANCE
    return UnusedRules(hold_s=given["UNUSED_AFTER"], probe_s=given["PROBE_EVERY"])


def unused_of(memory: Mapping[str, Any]) -> Unused:
    """What is noted of a grant that a car does not use."""
    noted = memory.get("unused", {})
    return Unused(noted.get("low_since_s"), noted.get("capped_at_s"), noted.get("cap_a", inf))


def is_finished(place: Place, now: datetime) -> bool:
    """Whether a car has drawn next to nothing for ten minutes although it might."""
    idle_since_s = memory_of(place).get("idle_since_s")
    return idle_since_s is not None and now.timestamp() - idle_since_s >= _IDLE_S


def may_go_on(memory: Mapping[str, Any]) -> bool:
    """Whether a car was paused because it had to be, not because others were better: it need not rest."""
    return bool(memory.get("spared"))


def memory_after(
    place: Place, now: datetime, amps: float, channel: Channel | None, emergency: bool = False
) -> dict[str, Any]:
    """What to note: when it was switched and raised last, and what was seen of its obedience.

    `emergency`: limits fell. A car that had to pause may go on as soon as there is room, once in an hour: what falls
    again and again shall not switch cars again and again.
    """
    if place.transaction is None:
        return {}
    before = memory_of(place)
    memory = dict(before) or {"transaction": place.transaction.public_id}
    if (amps > 0) != (granted_a(place) > 0):
        memory.pop("retold", None)
        memory["switched_at"] = now.isoformat()
        memory["spared"] = (
            amps <= 0 and emergency and now.timestamp() - memory.get("spared_at_s", -inf) > _SPARED_S
        )
        if memory["spared"]:
            memory["spared_at_s"] = now.timestamp()
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
    return _used(memory, place, now)


def _used(memory: dict[str, Any], place: Place, now: datetime) -> dict[str, Any]:
    """With what the newest reading shows of how much of the grant is used; the same reading tells nothing twice."""
    before = memory_of(place)
    is_new = place.reading is not None and before.get("reading") not in (None, place.reading.pk)
    drawn_a = place.used_a if is_new else None
    granted, now_s = granted_a(place), now.timestamp()
    unused = unused_after(
        unused_of(before), place.wired, granted, nan if drawn_a is None else drawn_a, now_s, _rules()
    )
    memory = {name: value for name, value in memory.items() if name not in ("unused", "idle_since_s")}
    if unused != Unused():
        noted = {"low_since_s": unused.low_since_s, "capped_at_s": unused.capped_at_s}
        memory["unused"] = noted | ({"cap_a": unused.cap_a} if unused.cap_a < inf else {})
    idle = _idle_since(before.get("idle_since_s"), drawn_a, granted >= place.wired.minimum_a, now_s)
    return memory if idle is None else memory | {"idle_since_s": idle}


def _idle_since(before: float | None, drawn_a: float | None, may: bool, now_s: float) -> float | None:
    """Since when a car draws next to nothing although it may."""
    if drawn_a is None:
        return before
    if drawn_a >= _IDLE_A or not may:
        return None
    return now_s if before is None else before
