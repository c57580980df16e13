"""A meter that answers Modbus TCP: which registers, of which type, times what."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from ..errors import BadSettings
from ..reading_settings import address_of, integer, known_only, number, values

# Registers (of 16 bits) a type takes.
TYPES: Final = {
    "int16": 1,
    "uint16": 1,
    "int32": 2,
    "uint32": 2,
    "float32": 2,
    "int64": 4,
    "uint64": 4,
    "float64": 4,
}
TABLES: Final = ("input", "holding")


@dataclass(frozen=True, slots=True)
class Register:
    """`address` counts from 0, as on the wire. `little`: the lower word comes first."""

    address: int
    type: str
    table: str
    scale: float
    little: bool


@dataclass(frozen=True, slots=True)
class Settings:
    """`unit`: the device behind this address, 1 unless several share a line."""

    host: str
    port: int
    unit: int
    values: Mapping[str, Register]


def check(address: str, settings: Mapping[str, Any], lines: int) -> Settings:
    """`{"unit": 1, "values": {"l1_a": {"address": 12, "type": "float32", "table": "input", "scale": 1,
    "word_order": "big"}}}`, address `modbus://host:502`. Raises BadSettings.
    """
    parts = address_of(address, {"modbus": 502})
    known_only(settings, {"unit", "values"})
    unit = integer(settings, "unit", "settings", range(248), 1)
    return Settings(parts.hostname or "", parts.port or 502, unit, values(settings, lines, _register))


def _register(one: Mapping[str, Any], place: str) -> Register:
    for name in one:
        if name not in {"address", "type", "table", "scale", "word_order"}:
            raise BadSettings(f"{place}.{str(name)[:60]}", "is not known here")
    kind = _word(one, "type", place, tuple(TYPES), None)
    table = _word(one, "table", place, TABLES, "input")
    order = _word(one, "word_order", place, ("big", "little"), "big")
    last = 65536 - TYPES[kind]
    where = integer(one, "address", place, range(last + 1))
    return Register(where, kind, table, number(one, "scale", place), order == "little")


def _word(one: Mapping[str, Any], name: str, place: str, words: tuple[str, ...], default: str | None) -> str:
    found = one.get(name, default)
    if found not in words:
        raise BadSettings(f"{place}.{name}", f"is one of {', '.join(words)}")
    return str(found)
