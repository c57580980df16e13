"""Forgiving what chargers get wrong, without hiding it.

A payload that matches its schema goes through untouched. Only one that does not is mended, and then judged
by the tolerant form of the schema; what was mended is told in notes, and the raw message is kept by the
caller.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Any, Final

import orjson

from chargers.ocpp.notes import Notes, Quirk
from chargers.ocpp.repair import Object, build
from chargers.ocpp.rpc import Role, Version, calls
from chargers.ocpp.schemas import (
    Direction,
    SchemaViolation,
    is_valid,
    open_names,
    schema,
    validate,
    validate_tolerantly,
)

__all__ = ["TRANSACTION_ACTIONS", "Quirk", "SchemaViolation", "accept", "fits_another_version", "normalise"]

TRANSACTION_ACTIONS: Final = frozenset(
    {"StartTransaction", "StopTransaction", "MeterValues", "TransactionEvent"}
)
"""A charger repeats these until they are answered: nonsense in them is stored and answered, not refused."""

_ESCAPED_CONTROL = re.compile(rb"\\(?:u00[01]|[bfnrt])")


def accept(
    version: Version,
    action: str,
    payload: dict[str, Any],
    strict: bool = False,
    direction: Direction = "request",
) -> tuple[dict[str, Any], tuple[Quirk, ...]]:
    """The payload to work with, and what was odd about it.

    With `strict` only the published schema counts. Otherwise a payload is mended if need be; the requests of
    TRANSACTION_ACTIONS always pass, with Quirk.QUARANTINED if they still miss required properties or have
    wrong types. An answer (`direction` "response") whose content cannot be mended never passes.

    Raises SchemaViolation, UnknownActionError.
    """
    if strict:
        validate(version, action, direction, payload)
        return payload, ()
    if is_valid(version, action, direction, payload) and not _is_suspicious(payload):
        return payload, ()
    mended, notes = normalise(version, action, payload, direction)
    try:
        validate_tolerantly(version, action, direction, mended)
    except SchemaViolation:
        if direction != "request" or action not in TRANSACTION_ACTIONS:
            raise
        notes = (*notes, Quirk.QUARANTINED)
    return mended, notes


def normalise(
    version: Version, action: str, payload: dict[str, Any], direction: Direction = "request"
) -> tuple[dict[str, Any], tuple[Quirk, ...]]:
    """A mended copy of the payload and what was mended, in the order it was met.

    Required properties that cannot be mended stay as they are, and so does the content of an answer. Raises
    UnknownActionError.
    """
    tree = _tree(Version(version), action, direction)
    notes: Notes = {}
    mended, unusable = tree.mend_properties(payload, notes)
    needed = tree.required | tree.content if direction == "response" else tree.required
    return mended | tree.unmended(payload, unusable & needed), tuple(notes)


def fits_another_version(version: Version, action: str, payload: dict[str, Any]) -> bool:
    """Whether a request that was refused is a good one of another version."""
    return any(
        is_valid(other, action, "request", payload)
        for other in Version
        if other is not version and action in calls(other, Role.STATION)
    )


@cache
def _tree(version: Version, action: str, direction: Direction) -> Object:
    kept = open_names(action, direction)
    return build(schema(version, action, direction), kept, is_answer=direction == "response")


def _is_suspicious(payload: dict[str, Any]) -> bool:
    """Whether there is what no schema speaks of: control characters, integers beyond 64 bits."""
    try:
        text = orjson.dumps(payload)
    except TypeError:
        return True
    return b"\\" in text and _ESCAPED_CONTROL.search(text) is not None
