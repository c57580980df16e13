"""A JSON schema turned into a tree that mends values instead of only judging them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from chargers.ocpp.aliases import alias, catch_all
from chargers.ocpp.notes import Notes, Quirk
from chargers.ocpp.schemas import MAX_STORED_TEXT, OPEN_DEFINITIONS, OPEN_ENUMS, Schema
from chargers.ocpp.values import ValueNote, parse_decimal, parse_time

MEANINGFUL: Final = OPEN_ENUMS | {"unitOfMeasure", "multiplier", "format"}
"""Optional properties that cannot be left out, because their defaults would say something else."""

MAX_INT64: Final = 2**63 - 1
MAX_IDENTIFIER: Final = 255
"""Longer strings are certificates and the like, in which a line break is no accident."""

_METER_LISTS = frozenset({"meterValue", "sampledValue", "transactionData"})
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


class UnusableError(Exception):
    """A value that cannot be mended."""


@dataclass(frozen=True, slots=True)
class Anything:
    """A value the schema says nothing about."""

    def mend(self, value: Any, notes: Notes) -> Any:
        return value


@dataclass(frozen=True, slots=True)
class Text:
    """A string with an optional length limit in characters."""

    limit: int | None

    def mend(self, value: Any, notes: Notes) -> str:
        text = _as_text(value, notes)
        if self.limit is None:
            return text
        if self.limit <= MAX_IDENTIFIER:
            text = _without_control_characters(text, notes)
        if len(text) > self.limit:
            notes[Quirk.STRING_TOO_LONG] = None
        return text[: max(self.limit, MAX_STORED_TEXT)]


@dataclass(frozen=True, slots=True)
class Time:
    """A date-time; what can be read becomes RFC 3339 in UTC, what cannot stays as it is."""

    def mend(self, value: Any, notes: Notes) -> str:
        text = _as_text(value, notes)
        at, note = parse_time(text)
        if note is None:
            return text
        notes[Quirk(note)] = None
        return text if at is None else _rfc3339(at)


@dataclass(frozen=True, slots=True)
class Choice:
    """One of the values of an enumeration."""

    name: str
    values: tuple[str, ...]
    is_open: bool
    by_case: Mapping[str, str] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "by_case", {value.casefold(): value for value in self.values})

    def mend(self, value: Any, notes: Notes) -> str:
        if value in self.values:
            return str(value)
        text = _without_control_characters(_as_text(value, notes), notes).strip()
        if text in self.values:
            return text
        for meant, quirk in (
            (self.by_case.get(text.casefold()), Quirk.WRONG_CASE_ENUM),
            (alias(text, self.values), Quirk.ENUM_ALIAS),
            (
                text[:MAX_STORED_TEXT] if self.is_open else catch_all(self.name, self.values),
                Quirk.UNKNOWN_ENUM,
            ),
        ):
            if meant is not None:
                notes[quirk] = None
                return meant
        notes[Quirk.UNKNOWN_ENUM] = None
        raise UnusableError


@dataclass(frozen=True, slots=True)
class Integer:
    """A whole number that fits 64 bits."""

    def mend(self, value: Any, notes: Notes) -> int:
        if type(value) is int and abs(value) <= MAX_INT64:
            return value
        number = _as_number(value, notes)
        if type(value) is float:
            notes[Quirk.FLOAT_FOR_INTEGER] = None
        if number != round(number):
            notes[Quirk.FRACTION_DROPPED] = None
        if abs(number) > MAX_INT64:
            notes[Quirk.NUMBER_INVALID] = None
            raise UnusableError
        return round(number)


@dataclass(frozen=True, slots=True)
class Number:
    """Any finite number."""

    def mend(self, value: Any, notes: Notes) -> int | float:
        if type(value) is int or type(value) is float:
            return value
        return float(_as_number(value, notes))


@dataclass(frozen=True, slots=True)
class Boolean:
    """true or false."""

    def mend(self, value: Any, notes: Notes) -> bool:
        if isinstance(value, bool):
            return value
        meant = {"true": True, "1": True, "false": False, "0": False}.get(str(value).strip().casefold())
        if meant is None:
            raise UnusableError
        notes[Quirk.STRING_FOR_BOOLEAN] = None
        return meant


@dataclass(frozen=True, slots=True)
class List:
    """An array; items that cannot be mended are left out."""

    name: str
    item: Node

    def mend(self, value: Any, notes: Notes) -> list[Any]:
        if not isinstance(value, list):
            raise UnusableError
        if not value:
            notes[Quirk.EMPTY_METER_VALUE if self.name in _METER_LISTS else Quirk.EMPTY_LIST] = None
        mended = []
        for item in value:
            try:
                mended.append(self.item.mend(item, notes))
            except UnusableError:
                notes[Quirk.ITEM_DROPPED] = None
        return mended


@dataclass(frozen=True, slots=True)
class Object:
    """An object; optional properties that cannot be mended are left out."""

    properties: Mapping[str, Node]
    required: frozenset[str]
    is_open: bool
    by_case: Mapping[str, str] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "by_case", {name.casefold(): name for name in self.properties})

    def mend(self, value: Any, notes: Notes) -> dict[str, Any]:
        if not isinstance(value, dict):
            raise UnusableError
        mended, unusable = self.mend_properties(value, notes)
        if unusable & (self.required | MEANINGFUL) or not self.required <= mended.keys():
            raise UnusableError
        return mended

    def mend_properties(self, value: dict[str, Any], notes: Notes) -> tuple[dict[str, Any], frozenset[str]]:
        """The properties that could be mended, and the names of those that could not."""
        mended: dict[str, Any] = {}
        unusable = set()
        for name, node, item in self._known(value, notes):
            try:
                mended[name] = node.mend(item, notes)
            except UnusableError:
                notes[Quirk.FIELD_DROPPED] = None
                unusable.add(name)
        self._add_missing_time(mended, notes)
        return mended, frozenset(unusable)

    def _known(self, value: dict[str, Any], notes: Notes) -> list[tuple[str, Node, Any]]:
        known = []
        for written, item in value.items():
            name = self._name(written, value, notes)
            if item is None and name is not None:
                notes[Quirk.NULL_FIELD] = None
            elif name is not None:
                known.append((name, self.properties.get(name, _ANYTHING), item))
        return known

    def _name(self, written: str, value: dict[str, Any], notes: Notes) -> str | None:
        """The property a key stands for; None for a key to leave out."""
        if written in self.properties or self.is_open:
            return written
        meant = self.by_case.get(written.casefold())
        if meant is None or meant in value:
            notes[Quirk.EXTRA_FIELD] = None
            return None
        notes[Quirk.WRONG_CASE_FIELD] = None
        return meant

    def _add_missing_time(self, mended: dict[str, Any], notes: Notes) -> None:
        """An empty time is read as no time, and then the time of arrival counts."""
        for name in self.required - mended.keys():
            if isinstance(self.properties[name], Time):
                notes[Quirk.TIMESTAMP_MISSING] = None
                mended[name] = ""


Node = Anything | Text | Time | Choice | Integer | Number | Boolean | List | Object

_ANYTHING = Anything()


def build(schema: Schema) -> Object:
    """The tree for the schema of a whole payload."""
    return _object(schema, schema.get("definitions", {}))


def _object(schema: Schema, definitions: Schema) -> Object:
    properties = {name: _node(name, part, definitions) for name, part in schema.get("properties", {}).items()}
    is_open = schema.get("additionalProperties") is not False
    return Object(properties, frozenset(schema.get("required", ())), is_open)


def _node(name: str, schema: Schema, definitions: Schema) -> Node:
    if "$ref" in schema:
        definition = schema["$ref"].rpartition("/")[2]
        is_open = definition in OPEN_DEFINITIONS
        return _plain_node(name, definitions[definition], definitions, is_open)
    return _plain_node(name, schema, definitions, name in OPEN_ENUMS)


def _plain_node(name: str, schema: Schema, definitions: Schema, is_open: bool) -> Node:
    match schema.get("type"):
        case "string":
            return _string(name, schema, is_open)
        case "integer":
            return Integer()
        case "number":
            return Number()
        case "boolean":
            return Boolean()
        case "array":
            return List(name, _node(name, schema["items"], definitions))
        case "object":
            return _object(schema, definitions)
    return _ANYTHING


def _string(name: str, schema: Schema, is_open: bool) -> Node:
    if "enum" in schema:
        return Choice(name, tuple(schema["enum"]), is_open)
    return Time() if schema.get("format") == "date-time" else Text(schema.get("maxLength"))


def _as_text(value: Any, notes: Notes) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise UnusableError
    notes[Quirk.NUMBER_FOR_STRING] = None
    return repr(value)


def _without_control_characters(text: str, notes: Notes) -> str:
    clean = _CONTROL.sub("", text)
    if clean != text:
        notes[Quirk.CONTROL_CHARACTERS] = None
    return clean


def _as_number(value: Any, notes: Notes) -> Any:
    number, note = parse_decimal(value)
    if number is None:
        notes[Quirk.NUMBER_INVALID] = None
        raise UnusableError
    if isinstance(value, str):
        notes[Quirk.STRING_FOR_NUMBER] = None
    if note is ValueNote.DECIMAL_COMMA:
        notes[Quirk.DECIMAL_COMMA] = None
    return number


def _rfc3339(at: datetime) -> str:
    return at.isoformat().replace("+00:00", "Z")
