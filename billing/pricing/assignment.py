"""Which tariff applies to whom, where and when: a total order over assignments, each loser with its reason."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum

from .exact import Rational


class Audience(IntEnum):
    """For whom; the more of a promise it is, the earlier it wins."""

    ROAMING_PARTNER = 5
    FLEET = 4
    PLAN = 3
    GROUP = 2
    PUBLIC = 1


class Scope(IntEnum):
    """Where; the narrowest wins."""

    CONNECTOR = 6
    EVSE = 5
    STATION = 4
    SITE = 3
    COMPANY = 2
    ORGANISATION = 1


@dataclass(frozen=True, slots=True)
class Assignment:
    """A tariff given to an audience at a place. It already fits driver and EVSE; only time is looked at here.

    `valid_from` (inclusive) and `valid_to` (exclusive) are seconds since 1970. `created` breaks the last tie.
    """

    key: str
    tariff: str
    audience: Audience
    scope: Scope
    valid_from: Rational
    created: Rational
    priority: int = 0
    valid_to: Rational | None = None

    def is_valid_at(self, instant: Rational) -> bool:
        return self.valid_from <= instant and (self.valid_to is None or instant < self.valid_to)


@dataclass(frozen=True, slots=True)
class Considered:
    """An assignment and why it was not the one; an empty reason is that of the winner."""

    assignment: Assignment
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Resolution:
    """The winner, or None where no tariff applies, and all that was considered, best first."""

    chosen: Assignment | None
    considered: tuple[Considered, ...]


def resolve(assignments: Iterable[Assignment], at: Rational) -> Resolution:
    """Audience first, then the narrowest scope, then priority, then the newest (billing.md §1)."""
    found = sorted(assignments, key=_rank, reverse=True)
    valid = [one for one in found if one.is_valid_at(at)]
    chosen = valid[0] if valid else None
    lost = [Considered(one, _lost_to(chosen, one)) for one in valid[1:] if chosen]
    late = [Considered(one, _not_valid(one, at)) for one in found if not one.is_valid_at(at)]
    return Resolution(chosen, tuple([Considered(chosen)] if chosen else []) + tuple(lost) + tuple(late))


def _rank(one: Assignment) -> tuple[int, int, int, Rational, str]:
    return one.audience, one.scope, one.priority, one.created, one.key


def _lost_to(winner: Assignment, one: Assignment) -> str:
    if one.audience != winner.audience:
        return f"for {_words(one.audience)}; one for {_words(winner.audience)} comes first"
    if one.scope != winner.scope:
        return f"for the {_words(one.scope)}; one for the {_words(winner.scope)} is narrower"
    if one.priority != winner.priority:
        return f"priority {one.priority}; {winner.priority} is higher"
    return "an assignment of the same rank is newer"


def _not_valid(one: Assignment, at: Rational) -> str:
    return "not valid yet" if at < one.valid_from else "no longer valid"


_WORDS = {
    Audience.ROAMING_PARTNER: "a roaming partner", Audience.FLEET: "a fleet", Audience.PLAN: "a plan",
    Audience.GROUP: "a group", Audience.PUBLIC: "everybody",
}  # fmt: skip


def _words(what: Audience | Scope) -> str:
    return _WORDS[what] if isinstance(what, Audience) else what.name.lower()
