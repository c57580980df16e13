"""Times and numbers as chargers write them, read leniently and written strictly."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Final

OLDEST_EVENT: Final = timedelta(days=366)
NEWEST_EVENT: Final = timedelta(minutes=5)
FIRST_YEAR: Final = 2010
"""No charger spoke OCPP-J before; an earlier clock was never set."""


class ValueNote(StrEnum):
    """What was odd about a value."""

    TIMESTAMP_NO_ZONE = "timestamp_no_zone"
    TIMESTAMP_FORMAT = "timestamp_format"
    TIMESTAMP_INVALID = "timestamp_invalid"
    TIMESTAMP_IMPLAUSIBLE = "timestamp_implausible"
    DECIMAL_COMMA = "decimal_comma"
    NUMBER_INVALID = "number_invalid"


_RFC3339 = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]+)?(?:Z|[+-][0-9]{2}:[0-9]{2})", re.ASCII
)
_LENIENT = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})[Tt ]([0-9]{2}:[0-9]{2})(?::([0-9]{2})(?:[.,]([0-9]{1,12}))?)?"
    r" ?([Zz]|[+-][0-9]{2}(?::?[0-9]{2})?)?",
    re.ASCII,
)
_DECIMAL_LIMIT = Decimal(10) ** 18
_MAX_DECIMALS = 18
_SMALLEST = Decimal("1e-18")
_DECIMAL = re.compile(r"[+-]?(?:[0-9]{1,18}(?:[.,][0-9]{0,18})?|[.,][0-9]{1,18})", re.ASCII)


def parse_time(text: object) -> tuple[datetime | None, ValueNote | None]:
    """Read a charger's timestamp as aware UTC; a missing zone is taken as UTC.

    A leap second becomes the second before it, digits beyond microseconds are cut. The note names what had to
    be forgiven; TIMESTAMP_INVALID comes with None.
    """
    match = _LENIENT.fullmatch(text.strip()) if isinstance(text, str) else None
    if match is None or not isinstance(text, str):
        return None, ValueNote.TIMESTAMP_INVALID
    date, minute, second, fraction, zone = match.groups()
    second = "59" if second == "60" else second or "00"
    zone = "+00:00" if zone is None or zone in "Zz" else zone
    try:
        at = datetime.fromisoformat(f"{date}T{minute}:{second}.{(fraction or '')[:6]:0<6}{zone}").astimezone(
            UTC
        )
    except (ValueError, OverflowError):
        return None, ValueNote.TIMESTAMP_INVALID
    return at, _time_note(at, text, match)


def _time_note(at: datetime, text: str, match: re.Match[str]) -> ValueNote | None:
    if at.year < FIRST_YEAR:
        return ValueNote.TIMESTAMP_IMPLAUSIBLE
    if match[5] is None:
        return ValueNote.TIMESTAMP_NO_ZONE
    return None if _RFC3339.fullmatch(text) else ValueNote.TIMESTAMP_FORMAT


def event_time(text: object, received_at: datetime) -> tuple[datetime, ValueNote | None]:
    """When something happened: the charger's time if it can be, else the time its message arrived.

    Believed is a time between one year before and five minutes after `received_at`; queues of offline
    chargers are old, never new.
    """
    at, note = parse_time(text)
    if at is None:
        return received_at, note
    if not received_at - OLDEST_EVENT <= at <= received_at + NEWEST_EVENT:
        return received_at, ValueNote.TIMESTAMP_IMPLAUSIBLE
    return at, note


def format_time(at: datetime) -> str:
    """`YYYY-MM-DDThh:mm:ssZ`; some chargers read neither fractions nor offsets. `at` must be aware."""
    if at.tzinfo is None:
        raise ValueError("time has no zone")
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def parse_decimal(value: object) -> tuple[Decimal | None, ValueNote | None]:
    """Read a reading exactly: plain decimals of up to 18 digits on each side, a comma for the point if need
    be.

    NaN, infinities, exponents, hexadecimal and empty text give None and NUMBER_INVALID.
    """
    if isinstance(value, int | float) and not isinstance(value, bool):
        return _exact(value)
    text = value.strip() if isinstance(value, str) else ""
    if not _DECIMAL.fullmatch(text):
        return None, ValueNote.NUMBER_INVALID
    return Decimal(text.replace(",", ".")), ValueNote.DECIMAL_COMMA if "," in text else None


def _exact(number: int | float) -> tuple[Decimal | None, ValueNote | None]:
    """A JSON number by its shortest decimal form; what a double adds beyond 18 decimals is noise."""
    value = Decimal(repr(number))
    exponent = value.as_tuple().exponent
    if not isinstance(exponent, int) or abs(value) >= _DECIMAL_LIMIT:
        return None, ValueNote.NUMBER_INVALID
    return value.quantize(_SMALLEST) if exponent < -_MAX_DECIMALS else value, None
