"""Months that begin on the day of an anchor."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.books.anniversaries import begin_of, by_month, first_end


@pytest.mark.parametrize(
    ("number", "begins"),
    [(1, "2026-01-31"), (2, "2026-02-28"), (3, "2026-03-31"), (4, "2026-04-30"), (26, "2028-02-29")],
)
def test_a_month_without_the_day_begins_on_its_last_one_and_the_next_on_the_day_again(
    number: int, begins: str
) -> None:
    assert begin_of(date(2026, 1, 31), number) == date.fromisoformat(begins)


def test_periods_count_from_one() -> None:
    with pytest.raises(ValueError, match="count from 1"):
        begin_of(date(2026, 1, 31), 0)


@pytest.mark.parametrize(
    ("earliest", "least", "ends"),
    [
        ("2026-03-10", 1, "2026-04-05"),
        ("2026-04-05", 1, "2026-04-05"),
        ("2026-04-06", 1, "2026-05-05"),
        ("2026-03-10", 12, "2027-03-05"),
        ("2027-09-01", 12, "2027-09-05"),
    ],
)
def test_it_ends_with_a_month_after_the_notice_and_the_minimum(earliest: str, least: int, ends: str) -> None:
    assert first_end(date(2026, 3, 5), date.fromisoformat(earliest), least) == date.fromisoformat(ends)


@given(st.dates(date(2020, 1, 1), date(2100, 1, 1)), st.integers(1, 100), st.integers(0, 10**6))
def test_the_parts_of_a_fee_add_up_to_it(anchor: date, number: int, minor: int) -> None:
    begin, end = begin_of(anchor, number), begin_of(anchor, number + 1)
    parts = by_month(begin, end, minor)
    assert sum(part for _, part in parts) == minor
    assert [first.month for first, _ in parts] == list(dict.fromkeys([begin.month, parts[-1][0].month]))
    assert parts[0][0] == begin


def test_a_fee_is_earned_by_the_days_of_each_month() -> None:
    assert by_month(date(2026, 1, 31), date(2026, 2, 28), 2800) == [
        (date(2026, 1, 31), 100),
        (date(2026, 2, 1), 2700),
    ]
