"""A value of decoded JSON that knows its place, so that every refusal can name it."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any, TypeVar

T = TypeVar("T")
# A fraction spells out its digits: a short text like 1e999999999 would fill the memory.
MOST_DIGITS = 30
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class ReadError(ValueError):
    """Input that cannot be read: `place` is a path like `profile.chargingSchedule.duration`."""

    def __init__(self, place: str, problem: str) -> None:
        super().__init__(f"{place}: {problem}")
        self.place = place
        self.problem = problem


@contextmanager
def naming(place: str) -> Iterator[None]:
    """Gives a refusal of the arithmetic the place its input came from."""
    try:
        yield
    except ReadError:
        raise
    except ValueError as error:
        raise ReadError(place, str(error)) from None


@dataclass(frozen=True, slots=True)
class Node:
    """One value and where it stands."""

    value: Any
    place: str

    def __getitem__(self, name: str) -> "Node":
        """A field that must be there."""
        if name not in self.object():
            raise ReadError(f"{self.place}.{name}", "is missing")
        return Node(self.value[name], f"{self.place}.{name}")

    def either(self, first: str, second: str) -> "Node":
        """The one of two spellings that is there."""
        for name in (first, second):
            if name in self.object():
                return self[name]
        raise ReadError(self.place, f"has neither {first} nor {second}")

    def optional(self, name: str, read: "Callable[[Node], T]") -> T | None:
        """A field that may be absent or null."""
        return None if self.object().get(name) is None else read(self[name])

    def given(self, name: str, read: "Callable[[Node], T]", otherwise: T) -> T:
        """A field that may be absent or null, or what is meant then."""
        found = self.optional(name, read)
        return otherwise if found is None else found

    def object(self) -> dict[str, Any]:
        """The fields of an object."""
        if not isinstance(self.value, dict):
            raise ReadError(self.place, "is not an object")
        return self.value

    def items(self) -> "list[Node]":
        """The elements of a list."""
        if not isinstance(self.value, list):
            raise ReadError(self.place, "is not a list")
        return [Node(one, f"{self.place}[{index}]") for index, one in enumerate(self.value)]

    def text(self) -> str:
        """A text."""
        if not isinstance(self.value, str):
            raise ReadError(self.place, "is not a text")
        return self.value

    def integer(self) -> int:
        """A whole number; true and false are none."""
        if not isinstance(self.value, int) or isinstance(self.value, bool):
            raise ReadError(self.place, "is not a whole number")
        return self.value

    def flag(self) -> bool:
        """True or false."""
        if not isinstance(self.value, bool):
            raise ReadError(self.place, "is not true or false")
        return self.value

    def number(self) -> Fraction:
        """A finite number, as written: 0.1 is one tenth."""
        if isinstance(self.value, bool) or not isinstance(self.value, int | float | Decimal):
            raise ReadError(self.place, "is not a number")
        exact = Decimal(str(self.value))
        if not exact.is_finite():
            raise ReadError(self.place, "is not a finite number")
        if exact and abs(exact.adjusted()) > MOST_DIGITS:
            raise ReadError(self.place, "is out of range")
        return Fraction(exact)

    def identifier(self) -> str:
        """A transaction's id: a number in 1.6, a text in 2.x."""
        return self.value if isinstance(self.value, str) else str(self.integer())

    def choice(self, known: Mapping[str, T]) -> T:
        """One of the known words."""
        if self.text() not in known:
            raise ReadError(self.place, f"{self.value[:40]!r} is none of {', '.join(known)}")
        return known[self.value]

    def time(self) -> int:
        """Whole seconds since 1970 UTC of an RFC 3339 time; a fraction is cut off."""
        text = self.text()
        try:
            moment = datetime.fromisoformat(text)
        except ValueError:
            raise ReadError(self.place, f"{text[:40]!r} is not a time") from None
        if moment.tzinfo is None:
            raise ReadError(self.place, "has no offset from UTC")
        return (moment - EPOCH) // timedelta(seconds=1)
