"""Single values as chargers send them, turned into what the schema asks for."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from chargers.ocpp.aliases import alias, catch_all
from chargers.ocpp.notes import Notes, Quirk
from chargers.ocpp.schemas import MAX_INT64, MAX_STORED_TEXT
from chargers.ocpp.values import ValueNote, parse_decimal, parse_time

MAX_IDENTIFIER: Final = 255
"""Longer strings are certificates and the like, in which a line break is no accident."""

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
    """One of the values of an enumeration.

    What a station reports may stand for the value that claims least; what it answers is never translated into
    another answer.
    """

    name: str
    values: tuple[str, ...]
    is_open: bool
    is_answer: bool = False
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
            (alias(text, self.values, is_answer=self.is_answer), Quirk.ENUM_ALIAS),
            (self._unknown(text), Quirk.UNKNOWN_ENUM),
        ):
            if meant is not None:
                notes[quirk] = None
                return meant
        notes[Quirk.UNKNOWN_ENUM] = None
        raise UnusableError

    def _unknown(self, text: str) -> str | None:
        if self.is_open:
            return text[:MAX_STORED_TEXT]
        return None if self.is_answer else catch_all(self.name, self.values)


@dataclass(frozen=True, slots=True)
class Integer:
    """A whole number that fits 64 bits; `rounds` lets a fraction pass."""

    rounds: bool

    def mend(self, value: Any, notes: Notes) -> int:
        if type(value) is int and abs(value) <= MAX_INT64:
            return value
        number = _as_number(value, notes)
        if isinstance(value, float):
            notes[Quirk.FLOAT_FOR_INTEGER] = None
        if number != round(number):
            notes[Quirk.FRACTION_DROPPED if self.rounds else Quirk.NUMBER_INVALID] = None
            if not self.rounds:
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


def _as_text(value: Any, notes: Notes) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise UnusableError
    notes[Quirk.NUMBER_FOR_STRING] = None
    return format(Decimal(repr(value)), "f")


def _without_control_characters(text: str, notes: Notes) -> str:
    clean = _CONTROL.sub("", text)
    if clean != text:
        notes[Quirk.CONTROL_CHARACTERS] = None
    return clean


def _as_number(value: Any, notes: Notes) -> Decimal:
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
