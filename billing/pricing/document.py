"""A JSON document read with the place of each value at hand, so that a refusal can name it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from fractions import Fraction
from typing import Any

from .errors import Refused
from .exact import Rational, exact, whole

_INSTANT = re.compile(
    r"(\d{4}-\d{2}-\d{2})[Tt ](\d{2}:\d{2}:\d{2})(?:\.(\d{1,12}))?([Zz]|[+-]\d{2}:\d{2})?", re.ASCII
)
_TIME = re.compile(r"([01]\d|2[0-3]):([0-5]\d)", re.ASCII)
# Beyond them no clock is right, and calendars overflow.
_YEARS = range(1971, 2200)
_EPOCH_DAY = date(1970, 1, 1).toordinal()


@dataclass(frozen=True, slots=True)
class At:
    """A value of a document and the place it stands at."""

    value: Any
    place: str = ""

    def refuse(self, problem: str) -> Refused:
        return Refused(self.place, f"{_shown(self.value)} {problem}")

    def object(self) -> "At":
        if not isinstance(self.value, dict):
            raise self.refuse("is not an object")
        return self

    def items(self) -> Iterator["At"]:
        if not isinstance(self.value, list):
            raise self.refuse("is not a list")
        for index, item in enumerate(self.value):
            yield At(item, f"{self.place}[{index}]")

    def maybe(self, key: str) -> "At | None":
        """The value of a field; None where it is absent or null."""
        found = self.value.get(key)
        return None if found is None else At(found, f"{self.place}.{key}" if self.place else key)

    def need(self, key: str) -> "At":
        found = self.maybe(key)
        if found is None:
            raise Refused(f"{self.place}.{key}" if self.place else key, "is missing")
        return found

    def text(self) -> str:
        if not isinstance(self.value, str):
            raise self.refuse("is not a text")
        return self.value

    def one_of(self, allowed: Any) -> str:
        """The text, if it is a key of `allowed`."""
        if not isinstance(self.value, str) or self.value not in allowed:
            raise self.refuse(f"is not one of {', '.join(allowed)}")
        return self.value

    def number(self) -> Rational:
        number = exact(self.value)
        if number is None:
            raise self.refuse("is not an exact number")
        return number

    def not_negative(self) -> Rational:
        number = self.number()
        if number < 0:
            raise self.refuse("is below zero")
        return number

    def integer(self) -> int:
        """A whole number from zero up."""
        number = self.not_negative()
        if not isinstance(number, int):
            raise self.refuse("is not a whole number")
        return number

    def instant(self, years: range = _YEARS) -> Rational:
        """Seconds since 1970-01-01 UTC. OCPI times are UTC, with or without the letter."""
        found = _INSTANT.fullmatch(self.value) if isinstance(self.value, str) else None
        if found is None:
            raise self.refuse("is not a time stamp")
        day, time, fraction, zone = found.groups()
        try:
            moment = datetime.fromisoformat(f"{day}T{time}{(zone or 'Z').upper()}")
        except ValueError:
            raise self.refuse("is not a time stamp") from None
        if moment.year not in years:
            raise self.refuse(f"is not within {years.start} to {years.stop - 1}")
        return seconds_of(moment) + (whole(Fraction(int(fraction), 10 ** len(fraction))) if fraction else 0)

    def time(self) -> int:
        """Seconds since local midnight of an `HH:MM`."""
        found = _TIME.fullmatch(self.value) if isinstance(self.value, str) else None
        if found is None:
            raise self.refuse("is not a time")
        return int(found[1]) * 3600 + int(found[2]) * 60

    def day(self) -> int:
        """Days since 1970-01-01 of a `YYYY-MM-DD`."""
        try:
            return date.fromisoformat(self.text()).toordinal() - _EPOCH_DAY
        except ValueError as error:
            raise error if isinstance(error, Refused) else self.refuse("is not a date") from None


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def seconds_of(moment: datetime) -> Rational:
    """Seconds since 1970-01-01 UTC of an aware `datetime`, exactly."""
    span = moment - _EPOCH
    seconds = span.days * 86_400 + span.seconds
    return seconds + Fraction(span.microseconds, 1_000_000) if span.microseconds else seconds


def _shown(value: Any) -> str:
    text = f'"{value}"' if isinstance(value, str) else str(value)
    return text if len(text) <= 60 else f"{text[:57]}..."
