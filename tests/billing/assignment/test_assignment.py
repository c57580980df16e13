"""Which of several tariffs applies, and what is said of the others."""

from itertools import permutations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.pricing.assignment import Assignment, Audience, Scope, resolve


def assigned(key: str = "a", **fields: Any) -> Assignment:
    usual: dict[str, Any] = {"audience": Audience.PUBLIC, "scope": Scope.SITE, "valid_from": 0, "created": 0}
    return Assignment(key=key, tariff=f"tariff of {key}", **{**usual, **fields})


def test_without_assignments_no_tariff_applies() -> None:
    assert resolve([], 5).chosen is None
    assert resolve([], 5).considered == ()


# Each wins over the next, for the reason beside it.
RANKED = [
    assigned("fleet", audience=Audience.FLEET, scope=Scope.ORGANISATION),
    assigned("group here", audience=Audience.GROUP, scope=Scope.EVSE),
    assigned("group", audience=Audience.GROUP, scope=Scope.SITE, priority=9),
    assigned("evse", scope=Scope.EVSE),
    assigned("urgent", priority=1),
    assigned("newer", created=20),
    assigned("older", created=10),
]
REASONS = [
    "",
    "for a group; one for a fleet comes first",
    "for a group; one for a fleet comes first",
    "for everybody; one for a fleet comes first",
    "for everybody; one for a fleet comes first",
    "for everybody; one for a fleet comes first",
    "for everybody; one for a fleet comes first",
]


def test_audience_comes_before_place_before_priority_before_age() -> None:
    found = resolve(reversed(RANKED), 5)
    assert found.chosen == RANKED[0]
    assert [one.assignment for one in found.considered] == RANKED
    assert [one.reason for one in found.considered] == REASONS


@pytest.mark.parametrize(
    ("first", "reason"),
    [
        (1, "for the site; one for the evse is narrower"),
        (3, "for the site; one for the evse is narrower"),
        (4, "priority 0; 1 is higher"),
        (5, "an assignment of the same rank is newer"),
    ],
)
def test_the_loser_is_told_what_it_lost_to(first: int, reason: str) -> None:
    found = resolve(RANKED[first : first + 2], 5)
    assert found.chosen == RANKED[first]
    assert found.considered[1].reason == reason


def test_validity_begins_with_its_first_instant_and_ends_before_its_last() -> None:
    one = assigned(valid_from=10, valid_to=20)
    assert [resolve([one], at).chosen is not None for at in (9, 10, 19, 20)] == [False, True, True, False]


def test_what_is_not_valid_is_considered_last_and_says_so() -> None:
    later = assigned("later", audience=Audience.FLEET, valid_from=10)
    ended = assigned("ended", audience=Audience.PLAN, valid_to=5)
    found = resolve([later, ended, assigned("now")], 5)
    assert [(one.assignment.key, one.reason) for one in found.considered] == [
        ("now", ""),
        ("later", "not valid yet"),
        ("ended", "no longer valid"),
    ]


def test_only_late_ones_leave_nothing() -> None:
    found = resolve([assigned(valid_from=10)], 5)
    assert found.chosen is None
    assert [one.reason for one in found.considered] == ["not valid yet"]


def test_the_order_in_which_they_come_changes_nothing() -> None:
    same = [assigned("x"), assigned("y"), assigned("z", priority=1)]
    assert len({resolve(order, 5) for order in permutations(same)}) == 1


assignments = st.builds(
    Assignment,
    key=st.text("abc", min_size=1, max_size=3),
    tariff=st.just("t"),
    audience=st.sampled_from(Audience),
    scope=st.sampled_from(Scope),
    valid_from=st.integers(0, 10),
    created=st.integers(0, 3),
    priority=st.integers(-1, 1),
    valid_to=st.none() | st.integers(0, 10),
)


@given(st.lists(assignments, max_size=6, unique_by=lambda one: one.key), st.integers(0, 10))
def test_somebody_wins_exactly_if_somebody_is_valid(found: list[Assignment], at: int) -> None:
    result = resolve(found, at)
    assert (result.chosen is not None) == any(one.is_valid_at(at) for one in found)
    assert sorted(c.assignment.key for c in result.considered) == sorted(one.key for one in found)
    assert [c.assignment for c in result.considered if not c.reason] == [result.chosen] * bool(result.chosen)
