"""A JSON schema turned into a tree that mends values instead of only judging them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from chargers.ocpp.mending import Anything, Boolean, Choice, Integer, Number, Text, Time, UnusableError
from chargers.ocpp.notes import Notes, Quirk
from chargers.ocpp.schemas import OPEN_ENUMS, UNCUT, Schema

MEANINGFUL: Final = OPEN_ENUMS | {"unitOfMeasure", "multiplier", "format"}
"""Optional properties that cannot be left out, because their defaults would say something else."""

INCIDENTAL: Final = frozenset({"customData", "statusInfo"})
"""Objects that only go along with an answer (OCPP 2.x)."""

METER_REGISTERS: Final = frozenset({"meterStart", "meterStop"})
"""Integers that chargers compute, so that a fraction is an inaccuracy and not nonsense."""

_METER_LISTS = frozenset({"meterValue", "sampledValue", "transactionData"})


@dataclass(frozen=True, slots=True)
class List:
    """An array; items that cannot be mended are left out, but an answer of nothing else is none."""

    name: str
    item: Node
    is_answer: bool = False

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
        if self.is_answer and value and not mended:
            raise UnusableError
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

    @property
    def content(self) -> frozenset[str]:
        """What an answer is asked for: its lists and objects, and everything where nothing must be there."""
        if not self.required:
            return frozenset(self.properties) - INCIDENTAL
        parts = {name for name, node in self.properties.items() if isinstance(node, List | Object)}
        return frozenset(parts) - INCIDENTAL

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

    def unmended(self, value: dict[str, Any], names: Collection[str]) -> dict[str, Any]:
        """These properties as they came, by their right names."""
        return {name: item for name, _, item in self._known(value, {}) if name in names}

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


def build(schema: Schema, kept: frozenset[str] = frozenset(), *, is_answer: bool = False) -> Object:
    """The tree for the schema of a whole payload; unknown words stay in the properties and definitions `kept`."""
    return _Builder(schema.get("definitions", {}), kept, is_answer).object(schema)


@dataclass(frozen=True, slots=True)
class _Builder:
    definitions: Schema
    kept: frozenset[str]
    is_answer: bool

    def object(self, schema: Schema) -> Object:
        properties = {name: self.node(name, part) for name, part in schema.get("properties", {}).items()}
        is_open = schema.get("additionalProperties") is not False
        return Object(properties, frozenset(schema.get("required", ())), is_open)

    def node(self, name: str, schema: Schema) -> Node:
        if "$ref" not in schema:
            return self.plain_node(name, schema, name in self.kept)
        definition = schema["$ref"].rpartition("/")[2]
        return self.plain_node(name, self.definitions[definition], definition in self.kept)

    def plain_node(self, name: str, schema: Schema, is_open: bool) -> Node:
        match schema.get("type"):
            case "string":
                return self.string(name, schema, is_open)
            case "integer":
                return Integer(name in METER_REGISTERS)
            case "number":
                return Number()
            case "boolean":
                return Boolean()
            case "array":
                return List(name, self.node(name, schema["items"]), self.is_answer)
            case "object":
                return self.object(schema)
        return _ANYTHING

    def string(self, name: str, schema: Schema, is_open: bool) -> Node:
        if "enum" in schema:
            return Choice(name, tuple(schema["enum"]), is_open, self.is_answer)
        if schema.get("format") == "date-time":
            return Time()
        return Text(None if name in UNCUT else schema.get("maxLength"))
