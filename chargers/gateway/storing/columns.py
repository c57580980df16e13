"""Typed columns for `unnest`, written in PostgreSQL's binary array format.

psycopg picks an array's element type by looking at its values, which would make the server plan the same
statement again and again; these columns say their type and are packed in one go.
"""

import struct
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

import orjson
from psycopg import AsyncConnection
from psycopg.adapt import Dumper
from psycopg.pq import Format

_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_NULL = struct.pack(">i", -1)
_LENGTH = struct.Struct(">i")
_EIGHT = struct.Struct(">iq")
_FLOAT = struct.Struct(">id")


class Column(list[Any]):
    """Values of one column; None is NULL. Subclasses name the element's and the array's type."""

    element: ClassVar[int]
    array: ClassVar[int]

    def pack(self) -> bytes:
        """The array in PostgreSQL's binary format."""
        head = struct.pack(">iiIii", 1, 1, self.element, len(self), 1)
        return head + b"".join(self.cells()) if self else struct.pack(">iiI", 0, 0, self.element)

    def cells(self) -> Iterable[bytes]:
        """Each value with its length in front."""
        raise NotImplementedError


class Integers(Column):
    """bigint[]"""

    element, array = 20, 1016

    def cells(self) -> Iterable[bytes]:
        pack = _EIGHT.pack
        return [_NULL if value is None else pack(8, value) for value in self]


class Floats(Column):
    """double precision[]"""

    element, array = 701, 1022

    def cells(self) -> Iterable[bytes]:
        pack = _FLOAT.pack
        return [_NULL if value is None else pack(8, value) for value in self]


class Times(Column):
    """timestamptz[], of aware datetimes."""

    element, array = 1184, 1185

    def cells(self) -> Iterable[bytes]:
        return [_NULL if value is None else _EIGHT.pack(8, _microseconds(value)) for value in self]


class Texts(Column):
    """text[]"""

    element, array = 25, 1009

    def cells(self) -> Iterable[bytes]:
        length = _LENGTH.pack
        encoded = [None if value is None else value.encode() for value in self]
        return [_NULL if value is None else length(len(value)) + value for value in encoded]


class Documents(Column):
    """jsonb[], of JSON values."""

    element, array = 3802, 3807

    def cells(self) -> Iterable[bytes]:
        # The leading 1 is the version of jsonb's wire format.
        encoded = [b"\x01" + orjson.dumps(value) for value in self]
        return [_LENGTH.pack(len(value)) + value for value in encoded]


def _microseconds(moment: datetime) -> int:
    return (moment - _EPOCH) // _MICROSECOND


def _dumper(column: type[Column]) -> type[Dumper]:
    class ColumnDumper(Dumper):
        format = Format.BINARY
        oid = column.array

        def dump(self, obj: Column) -> bytes:
            return obj.pack()

    return ColumnDumper


def register(connection: AsyncConnection[Any]) -> None:
    """Teach a connection to send these columns."""
    for column in (Integers, Floats, Times, Texts, Documents):
        connection.adapters.register_dumper(column, _dumper(column))
