"""Whether cars draw what they were granted: a station that does not obey is told once more, then not relied on."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from chargers.choices import FactKind
from chargers.services.learned.facts import fact_learn
from cpms.core import clock

from ..choices import ProfileState, UncontrolledReason
from ..engine.dispatch import Channel, Obedience, drawn
from ..services.standing import uncontrolled
from .channels import rules
from .place import Place
from .remembering import granted_a, memory_of

# A reading that is taken later than this after what was confirmed shows what came of it.
FOLLOWS: Final = timedelta(seconds=5)
# So long after a car was switched on it counts as just switched.
LATELY: Final = timedelta(minutes=1)


def watched(place: Place, channel: Channel) -> tuple[Channel, bool]:
    """The channel after the newest reading, and whether the station is to be told again what it was told."""
    reading = place.reading
    if reading is None or reading.current_a is None or memory_of(place).get("reading") in (None, reading.pk):
        # The first reading after a start may be older than what was told.
        return channel, False
    seen, outcome = drawn(channel, reading.received_at.timestamp(), reading.current_a, rules())
    if outcome is Obedience.UNCONTROLLED:
        uncontrolled(place.station.pk, UncontrolledReason.DISOBEYED)
    _learn(place, outcome)
    if outcome is Obedience.WATCHED and _forgot(place):
        seen = replace(seen, again=True)
    return seen, seen.again


def _forgot(place: Place) -> bool:
    """Whether a car that was just switched on draws as if it had no limit: some stations forget theirs at 0 A.

    It is told again at once and once, not after a minute.
    """
    row, reading, memory = place.control, place.reading, memory_of(place)
    if row is None or row.confirmed_at is None or row.state != ProfileState.CONFIRMED or reading is None:
        return False
    if "switched_at" not in memory or "retold" in memory or granted_a(place) <= 0:
        return False
    lately = row.confirmed_at < datetime.fromisoformat(memory["switched_at"]) + LATELY
    return lately and reading.received_at > row.confirmed_at + FOLLOWS


def _learn(place: Place, outcome: Obedience) -> None:
    """Being told again helped: the station forgets its limit when it goes on."""
    if outcome is Obedience.FINE and memory_of(place).get("retold"):
        evidence = {"granted_a": granted_a(place)}
        fact_learn(place.station.pk, FactKind.PROFILES, "unlimited_resume", evidence, clock.now())
