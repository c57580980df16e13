"""A JSON schema turned into a tree that mends values instead of only judging them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from chargers.ocpp.mending import Anything, Boolean, Choice, Integer, Number, Text, Time, UnusableError
from chargers.ocpp.notes import Notes, Quirk
from chargers.ocpp.schemas import OPEN_DEFINITIONS, OPEN_ENUMS, Schema

MEANINGFUL: Final = OPEN_ENUMS | {"unitOfMeasure", "multiplier", "format"}
"""Optional properties that cannot be left out, because their defaults would say something else."""

METER_REGISTERS: Final = frozenset({"meterStart", "meterStop"})
"""Integers that chargers compute, so that a fraction is an inaccuracy and not nonsense."""

_METER_LISTS = frozenset({"meterValue", "sampledValue", "transactionData"})


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
                notes[Quirk.FIELD_INVALID if name in self.required else Quirk.FIELD_DROPPED] = None
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
            return Integer(name in METER_REGISTERS)
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
