"""What a genuine record still has to fulfil before it is billed by. No part of the signature's verdict."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from .readings import ENDS, SignedReading, readings_of
from .record import Record

_PAGE = re.compile(r"([TF])(0|[1-9][0-9]{0,18})", re.ASCII)
_LEGAL_CLOCKS = frozenset("SR")


@dataclass(frozen=True, slots=True)
class Expected:
    """What is known from elsewhere, None where nothing is: the key's meter, and what is to be billed."""

    meter_serial: str | None = None
    gateway_serial: str | None = None
    billed_wh: int | None = None
    is_time_billed: bool = False


@dataclass(frozen=True, slots=True)
class Finding:
    """`code` is stable, `sentence` is for people."""

    code: str
    sentence: str


def findings(records: Sequence[Record], expected: Expected) -> tuple[Finding, ...]:
    """What is wrong with the records of one session, in the order in which they were sent.

    Empty if they may be billed by. Raises `Unreadable` for a record without readings.
    """
    readings = [reading for record in records for reading in readings_of(record)]
    found = [
        *_transaction(readings),
        *_origin(records, expected),
        *_pages(records),
        *_meter(readings),
        *_clocks(readings, expected),
        *_energy(readings, expected),
    ]
    return tuple(dict.fromkeys(found))


def _transaction(readings: Sequence[SignedReading]) -> Iterator[Finding]:
    for row in _rows(readings):
        reasons = [reading.reason for reading in row]
        if not reasons or reasons[0] != "B":
            yield Finding("no_begin", "The first reading is not that of the begin of the transaction.")
        if not reasons or reasons[-1] not in ENDS:
            yield Finding("no_end", "The last reading is not that of the end of the transaction.")
        stages = [0 if reason == "B" else 2 if reason in ENDS else 1 for reason in reasons]
        if any(later < earlier for earlier, later in pairwise(stages)):
            yield Finding("reading_order", "Readings are not in the order begin, during, end.")
    if any(reading.reason == "X" for reading in readings):
        yield Finding("exception", "The meter reports an error during the transaction.")


def _origin(records: Sequence[Record], expected: Expected) -> Iterator[Finding]:
    for key, name, serial in (
        ("MS", "meter", expected.meter_serial),
        ("GS", "gateway", expected.gateway_serial),
    ):
        serials = {str(record.data.get(key, "")) for record in records}
        if len(serials) > 1:
            yield Finding(f"{name}_changed", f"The records have different serial numbers of the {name}.")
        if serial is not None and serials != {serial}:
            yield Finding(f"other_{name}", f"The records are not those of the {name} {serial}.")


def _pages(records: Sequence[Record]) -> Iterator[Finding]:
    """Each record of a context has the next number; a gap is a record that is missing."""
    pages = [_PAGE.fullmatch(str(record.data.get("PG", ""))) for record in records]
    known = [(page[1], int(page[2])) for page in pages if page]
    if len(known) < len(pages):
        yield Finding("no_page", "A record has no page number.")
    if any(context != "T" for context, _ in known):
        yield Finding("no_transaction", "A record is not part of a transaction.")
    if any(later != (context, number + 1) for (context, number), later in pairwise(known)):
        yield Finding("page_gap", "The page numbers of the records do not follow each other.")


def _meter(readings: Iterable[SignedReading]) -> Iterator[Finding]:
    for reading in readings:
        if reading.status != "G":
            yield Finding(
                "meter_status", f"The meter reports the state {reading.status or 'unknown'!r}, not good."
            )
        if "E" in reading.errors:
            yield Finding("energy_unusable", "The meter says that its energy must not be billed.")
        if "t" in reading.errors:
            yield Finding("time_unusable", "The meter says that its time must not be billed.")
        if reading.errors.strip("Et"):
            yield Finding("unknown_error", "The meter reports an error that OCMF does not know.")


def _clocks(readings: Sequence[SignedReading], expected: Expected) -> Iterator[Finding]:
    if any(reading.at is None for reading in readings):
        yield Finding("no_time", "A reading has no time that can be read.")
    for row in _rows(readings):
        times = [reading.at for reading in row if reading.at is not None]
        if any(later < earlier for earlier, later in pairwise(times)):
            yield Finding("time_backwards", "The times of the readings run backwards.")
    if expected.is_time_billed and any(reading.clock not in _LEGAL_CLOCKS for reading in readings):
        yield Finding(
            "clock_informative", "Time is billed, but the clock was neither synchronised nor relative."
        )


def _energy(readings: Sequence[SignedReading], expected: Expected) -> Iterator[Finding]:
    rows = [[r.energy_wh for r in row if r.energy_wh is not None] for row in _rows(readings)]
    registers = [row for row in rows if row]
    if not registers:
        yield Finding("no_energy_register", "No reading is of a register of imported energy or for billing.")
    if any(later < earlier for row in registers for earlier, later in pairwise(row)):
        yield Finding("energy_backwards", "A register of energy runs backwards.")
    differences = {row[-1] - row[0] for row in registers}
    if registers and expected.billed_wh is not None and expected.billed_wh not in differences:
        yield Finding("other_energy", f"The signed readings do not show {expected.billed_wh} Wh.")


def _rows(readings: Sequence[SignedReading]) -> list[list[SignedReading]]:
    """The readings of each register of energy; all together where there is none.

    Some meters send one register after the other: order is one of a register.
    """
    rows: dict[str, list[SignedReading]] = {}
    for reading in readings:
        if reading.energy_wh is not None:
            rows.setdefault(reading.register, []).append(reading)
    return list(rows.values()) or [list(readings)]
