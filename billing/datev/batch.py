"""A batch of bookings as DATEV programs read it: a header, the columns' names, one row for each pair of accounts.

Text is in quotes, figures are not; decimals have a comma; lines end in CR LF; the encoding is Windows-1252.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from .columns import COLUMNS

ENCODING: Final = "cp1252"
_FORMAT, _CATEGORY, _VERSION = 700, 21, 13
_LONGEST_REFERENCE, _LONGEST_TEXT, _LONGEST_CENTRE = 36, 60, 36
_NOT_IN_REFERENCES: Final = re.compile(r"[^A-Za-z0-9$%&*+\-/]")
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class Head:
    """Whose books they are, and which time the batch is of. `made_at` is local time."""

    consultant: int
    client: int
    year_begins: date
    account_digits: int
    first_day: date
    last_day: date
    name: str
    currency: str
    is_final: bool
    made_at: datetime


@dataclass(frozen=True, slots=True)
class Side:
    """One line of an entry: its account's number, and minor units debited (+) or credited (-)."""

    number: str
    minor: int
    cost_centre: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry with its lines, which add up to zero."""

    on: date
    reference: str
    text: str
    sides: tuple[Side, ...]


@dataclass(frozen=True, slots=True)
class Booking:
    """So many minor units from one account to another."""

    debit: str
    credit: str
    minor: int
    cost_centre: str


def bookings(sides: Sequence[Side]) -> Iterator[Booking]:
    """The lines of an entry as pairs of accounts, in order: 119 against 100 and 19 are two bookings.

    Lines on the same account on both sides need no booking. Raises ValueError when they do not add up.
    """
    if sum(side.minor for side in sides):
        raise ValueError("the lines of an entry add up to zero")
    debits = [side for side in sides if side.minor > 0]
    credits = [side for side in sides if side.minor < 0]
    left, right = [side.minor for side in debits], [-side.minor for side in credits]
    i = j = 0
    while i < len(debits) and j < len(credits):
        debit, credit, minor = debits[i], credits[j], min(left[i], right[j])
        if debit.number != credit.number:
            yield Booking(debit.number, credit.number, minor, debit.cost_centre or credit.cost_centre)
        left[i], right[j] = left[i] - minor, right[j] - minor
        i, j = i + (not left[i]), j + (not right[j])


def batch(head: Head, entries: Iterable[Entry], places: int) -> Iterator[bytes]:
    """The lines of the file; `places` are the decimals of the currency."""
    yield _line(_head(head))
    yield _line(COLUMNS)
    for entry in entries:
        for booking in bookings(entry.sides):
            yield _line(_row(entry, booking, head, places))


def _line(cells: Iterable[str]) -> bytes:
    return (";".join(cells) + "\r\n").encode(ENCODING, errors="replace")


def _text(value: str, longest: int) -> str:
    plain = _CONTROL.sub(" ", value)[:longest].replace('"', '""')
    return f'"{plain}"'


def _head(head: Head) -> tuple[str, ...]:
    made = head.made_at.strftime("%Y%m%d%H%M%S") + f"{head.made_at.microsecond // 1000:03}"
    days = (f"{head.first_day:%Y%m%d}", f"{head.last_day:%Y%m%d}")
    return (
        '"EXTF"', str(_FORMAT), str(_CATEGORY), '"Buchungsstapel"', str(_VERSION), made, "", '"RE"', '""', '""',
        str(head.consultant), str(head.client), f"{head.year_begins:%Y%m%d}", str(head.account_digits), *days,
        _text(head.name, 30), '""', "1", "0", "1" if head.is_final else "0", f'"{head.currency}"', "", '""', "", "",
        '""', "", "", '""', '""',
    )  # fmt: skip


def _row(entry: Entry, booking: Booking, head: Head, places: int) -> list[str]:
    filled = {
        1: _decimal(booking.minor, places), 2: '"S"', 3: f'"{head.currency}"', 7: booking.debit, 8: booking.credit,
        10: f"{entry.on:%d%m}", 11: _text(_NOT_IN_REFERENCES.sub("-", entry.reference), _LONGEST_REFERENCE),
        14: _text(entry.text, _LONGEST_TEXT), 37: _text(booking.cost_centre, _LONGEST_CENTRE),
        114: "1" if head.is_final else "0",
    }  # fmt: skip
    return [filled.get(number, "") for number in range(1, len(COLUMNS) + 1)]


def _decimal(minor: int, places: int) -> str:
    digits = str(minor).rjust(places + 1, "0")
    return f"{digits[:-places]},{digits[-places:]}" if places else f"{digits},00"
