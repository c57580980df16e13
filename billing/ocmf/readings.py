"""What a record says: its readings, with the fields that were left out because they repeat (OCMF 1.2, table 7)."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from .errors import Unreadable
from .record import Record

_TIME = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2})(?:[,.]([0-9]{3}))?([+-][0-9]{4}|Z)(?: ([USIR]))?",
    re.ASCII,
)
# Value group C and D of the OBIS code: 1.8 is import; 98.8 and B0.8 to B3.8 are registers for billing.
_OBIS = re.compile(r"(?:[0-9]{1,2}-[0-9a-f]{1,2}:)?0?(1|98|b[0-3])\.0?8\..+", re.ASCII | re.IGNORECASE)
_WH = {"wh": 1, "kwh": 1000}
ENDS = frozenset("ELRAP")


@dataclass(frozen=True, slots=True)
class SignedReading:
    """One reading of a record. None, or "", for what the record does not say or says unreadably.

    `reason` is TX, `register` RI, `errors` EF, `status` ST, `clock` the state of the clock (U, I, S, R).
    """

    at: datetime | None
    clock: str
    reason: str
    value: Decimal | None
    unit: str
    register: str
    errors: str
    status: str

    @property
    def energy_wh(self) -> Decimal | None:
        """The energy of an import or billing register; None for all others."""
        if self.value is None or self.unit.lower() not in _WH or not _OBIS.fullmatch(self.register):
            return None
        return self.value * _WH[self.unit.lower()]


def readings_of(record: Record) -> tuple[SignedReading, ...]:
    """The readings in their order. Raises `Unreadable` if there is no list of them."""
    found = record.data.get("RD")
    if not isinstance(found, list) or not all(isinstance(item, dict) for item in found):
        raise Unreadable("the payload has no list of readings")
    return tuple(map(_reading, _filled(found)))


def _filled(items: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    filled: list[dict[str, Any]] = []
    for item in items:
        filled.append({**(filled[-1] if filled else {}), **item})
    return filled


def _reading(item: dict[str, Any]) -> SignedReading:
    at, clock = _time(item.get("TM"))
    texts = [
        item.get(key) if isinstance(item.get(key), str) else "" for key in ("TX", "RU", "RI", "EF", "ST")
    ]
    reason, unit, register, errors, status = map(str, texts)
    return SignedReading(at, clock, reason, _number(item.get("RV")), unit, register, errors, status)


def _time(value: Any) -> tuple[datetime | None, str]:
    """`2019-08-13T10:03:15,000+0000 R`: the time and the state of the clock."""
    found = _TIME.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        return None, ""
    moment, millis, zone, clock = found.groups()
    try:
        return datetime.fromisoformat(f"{moment}.{millis or '000'}{zone}"), clock or ""
    except ValueError:
        return None, clock or ""


def _number(value: Any) -> Decimal | None:
    """A number, or the text of one that some meters send."""
    if isinstance(value, str) and re.fullmatch(r"\s*-?[0-9]{1,20}(\.[0-9]{1,20})?\s*", value, re.ASCII):
        return Decimal(value.strip())
    is_sane = isinstance(value, Decimal) and value.is_finite() and -20 <= value.adjusted() <= 20
    return value if is_sane else None
