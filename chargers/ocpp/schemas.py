"""The JSON schemas of the `ocpp` package, compiled once, with errors in OCPP's words.

Two forms of every schema exist. The *exact* one is the published file. The *tolerant* one accepts what the
normaliser hands on although the file forbids it: strings up to 255 characters, any text as a time, empty
lists, and units or measurands nobody standardised. It forbids integers beyond 64 bits, which no file does.
"""

from __future__ import annotations

from functools import cache
from importlib import resources
from typing import Any, Final, Literal

import jsonschema_rs
import orjson

from chargers.ocpp.rpc import ErrorKind, Role, Version, calls, sends

Direction = Literal["request", "response"]
Schema = dict[str, Any]

MAX_STORED_TEXT: Final = 255
MAX_INT64: Final = 2**63 - 1

UNCUT: Final = frozenset({"signedMeterData", "publicKey"})
"""Texts that are worth nothing when they are cut: what is signed is signed to the last byte."""

OPEN_ENUMS: Final = frozenset({"measurand", "phase", "location", "unit"})
"""Properties whose unknown values are kept: another value, or none, would change what a sample means."""

OPEN_DEFINITIONS: Final = frozenset({"MeasurandEnumType", "PhaseEnumType", "LocationEnumType"})
"""The same by the names of shared definitions (OCPP 2.x)."""

PROGRESS_ACTIONS: Final = frozenset(
    {
        "DiagnosticsStatusNotification",
        "FirmwareStatusNotification",
        "LogStatusNotification",
        "SignedFirmwareStatusNotification",
    }
)
"""How far a transfer is: a word nobody standardised is kept, because every other one would claim a step."""

_PROGRESS_NAMES: Final = frozenset({"status", "FirmwareStatusEnumType", "UploadLogStatusEnumType"})

_FOLDERS = {Version.V16: "v16", Version.V201: "v201", Version.V21: "v21"}

# How a broken rule of JSON schema is called in OCPP (OCPP 2.0.1 Part 4 §4.3 table 10). A length is part of
# the data type there (CiString20Type, identifierString[36]).
_RULES: dict[str, tuple[ErrorKind, str]] = {
    "type": (ErrorKind.TYPE, "has the wrong type"),
    "maxLength": (ErrorKind.TYPE, "is too long"),
    "required": (ErrorKind.OCCURRENCE, "is missing"),
    "minItems": (ErrorKind.OCCURRENCE, "has too few items"),
    "maxItems": (ErrorKind.OCCURRENCE, "has too many items"),
    "enum": (ErrorKind.PROPERTY, "is not one of the allowed values"),
    "format": (ErrorKind.PROPERTY, "has the wrong format"),
    "minimum": (ErrorKind.PROPERTY, "is too small"),
    "maximum": (ErrorKind.PROPERTY, "is too large"),
    "multipleOf": (ErrorKind.PROPERTY, "has too many decimals"),
    "additionalProperties": (ErrorKind.FORMAT, "has a property that is not allowed"),
    "falseSchema": (ErrorKind.FORMAT, "has a property that is not allowed"),
}


class SchemaViolation(ValueError):
    """A payload does not match its schema.

    `path` names the place ("meterValue.0.timestamp", "" for the payload itself), `message` says what is wrong
    there. Neither holds a value the peer sent.
    """

    def __init__(self, kind: ErrorKind, path: str, message: str) -> None:
        super().__init__(message)
        self.kind = kind
        self.path = path
        self.message = message


class UnknownActionError(LookupError):
    """The version has no such action."""


def actions(version: Version, sender: Role | None = None) -> tuple[str, ...]:
    """The names of all actions, or of those `sender` may start, in alphabetical order."""
    version = Version(version)
    senders = tuple(Role) if sender is None else (sender,)
    return tuple(
        sorted(frozenset().union(*(calls(version, role) | sends(version, role) for role in senders)))
    )


def schema(version: Version, action: str, direction: Direction) -> Schema:
    """The published schema; treat it as read-only. Raises UnknownActionError."""
    return _load(Version(version), action, direction)


def open_names(action: str, direction: Direction) -> frozenset[str]:
    """The properties and definitions of a message whose unknown values are kept."""
    names = OPEN_ENUMS | OPEN_DEFINITIONS
    return names | _PROGRESS_NAMES if direction == "request" and action in PROGRESS_ACTIONS else names


def validate(version: Version, action: str, direction: Direction, payload: dict[str, Any]) -> None:
    """Check a payload against the published schema. Raises SchemaViolation, UnknownActionError."""
    _check(_exact(version, action, direction), payload)


def is_valid(version: Version, action: str, direction: Direction, payload: dict[str, Any]) -> bool:
    """Whether a payload matches the published schema."""
    return _exact(version, action, direction).is_valid(payload)


def validate_tolerantly(version: Version, action: str, direction: Direction, payload: dict[str, Any]) -> None:
    """Check a normalised payload. Raises SchemaViolation, UnknownActionError."""
    _check(_tolerant(version, action, direction), payload)


@cache
def _load(version: Version, action: str, direction: Direction) -> Schema:
    if action not in actions(version):
        raise UnknownActionError(f"{version} has no such action")
    suffix = "Response" if direction == "response" else _request_suffix(version, action)
    file = resources.files("ocpp") / _FOLDERS[version] / "schemas" / f"{action}{suffix}.json"
    if not file.is_file():
        raise UnknownActionError(f"{action} has no {direction} in {version}")
    loaded: Schema = orjson.loads(file.read_bytes().removeprefix(b"\xef\xbb\xbf"))
    return loaded


def _request_suffix(version: Version, action: str) -> str:
    is_sent = action in sends(version, Role.STATION)
    return "" if version is Version.V16 or is_sent else "Request"


@cache
def _exact(version: Version, action: str, direction: Direction) -> jsonschema_rs.Draft4Validator:
    return _compile(_load(Version(version), action, direction))


@cache
def _tolerant(version: Version, action: str, direction: Direction) -> jsonschema_rs.Draft4Validator:
    return _compile(_relaxed(_load(Version(version), action, direction), None, open_names(action, direction)))


def _compile(schema: Schema) -> jsonschema_rs.Draft4Validator:
    """Draft 4 for all: the files use nothing newer, and only there 1.0 is no integer."""
    return jsonschema_rs.Draft4Validator(schema, validate_formats=True)


def _relaxed(node: Schema, name: str | None, kept: frozenset[str]) -> Schema:
    """A copy of a schema node that accepts what the normaliser hands on; `name` is the property's."""
    if node.get("type") == "string":
        return _relaxed_string(node, name, kept)
    if node.get("type") == "integer":
        return {"minimum": -MAX_INT64, "maximum": MAX_INT64, **node}
    relaxed = {key: value for key, value in node.items() if key not in ("minItems", "multipleOf")}
    for group in ("properties", "definitions"):
        if group in node:
            relaxed[group] = {key: _relaxed(value, key, kept) for key, value in node[group].items()}
    if "items" in node:
        relaxed["items"] = _relaxed(node["items"], name, kept)
    return relaxed


def _relaxed_string(node: Schema, name: str | None, kept: frozenset[str]) -> Schema:
    if "enum" in node and name not in kept:
        return node
    is_cut = "maxLength" in node and name not in UNCUT
    limit = {"maxLength": max(node["maxLength"], MAX_STORED_TEXT)} if is_cut else {}
    return {"type": "string", **limit}


def _check(validator: jsonschema_rs.Draft4Validator, payload: dict[str, Any]) -> None:
    try:
        validator.validate(payload)
    except jsonschema_rs.ValidationError as error:
        raise _violation(error) from None


def _violation(error: jsonschema_rs.ValidationError) -> SchemaViolation:
    kind, reason = _RULES[error.kind.name]
    place = [str(step) for step in error.instance_path]
    if isinstance(error.kind, jsonschema_rs.ValidationErrorKind.Required):
        place.append(error.kind.property)
    path = ".".join(place)
    return SchemaViolation(kind, path, f"{path or 'payload'} {reason}")
