"""Reads a raw session: `start`, `end`, `meter` (`t`, `wh`, optional `current_a`), `states` (`t`, `state`)."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from .document import At
from .timeline import Reading, Session, State, StateChange

# A session of years is a broken clock.
_MAX_DURATION_S = 366 * 86_400


def read_session(document: Any) -> Session:
    """The session of a JSON object that was read by `exact.loads`. Raises `Refused`.

    The register must be clean (billing's meter clean-up): in order of time it never falls.
    """
    at = At(document).object()
    start, end = at.need("start").instant(), at.need("end")
    if end.instant() < start:
        raise end.refuse("is before the start")
    if end.instant() - start > _MAX_DURATION_S:
        raise end.refuse("is more than a year after the start")
    readings = _in_order([_reading(item) for item in at.need("meter").items()])
    states = [_state(item) for item in at.need("states").items()]
    return Session(start, end.instant(), readings, tuple(sorted(states, key=lambda state: state.at)))


def _reading(at: At) -> tuple[Reading, At]:
    register = at.object().need("wh")
    current = at.maybe("current_a")
    reading = Reading(
        at.need("t").instant(), register.not_negative(), current.not_negative() if current else None
    )
    return reading, register


def _in_order(found: Sequence[tuple[Reading, At]]) -> tuple[Reading, ...]:
    """In order of time, each reading once."""
    ordered = sorted(dict(found).items(), key=lambda item: item[0].at)
    for (before, _), (after, register) in pairwise(ordered):
        if after.register_wh < before.register_wh:
            raise register.refuse(f"is below {before.register_wh}, which was read before")
        if after.at == before.at:
            raise register.refuse(f"was read at the same time as {before.register_wh}")
    return tuple(reading for reading, _ in ordered)


def _state(at: At) -> StateChange:
    instant = at.object().need("t").instant()
    return StateChange(instant, State(at.need("state").one_of([state.value for state in State])))
