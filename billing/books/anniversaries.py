"""Periods of a month, anchored on the day a subscription began. Pure; days, no clock."""

from calendar import monthrange
from datetime import date


def begin_of(anchor: date, number: int) -> date:
    """The first day of a period, counted from 1.

    A month without the day of the anchor begins on its last one, and the next month on the anchor's again: 31 January,
    28 February, 31 March. ValueError for a number below 1.
    """
    if number < 1:
        raise ValueError(f"periods count from 1, got {number}")
    months = anchor.year * 12 + anchor.month - 1 + number - 1
    year, month = months // 12, months % 12 + 1
    return date(year, month, min(anchor.day, monthrange(year, month)[1]))


def first_end(anchor: date, earliest: date, least: int) -> date:
    """The first day without the subscription: the begin of a period, not before `earliest`, after `least` periods."""
    number = max(1, least) + 1
    while begin_of(anchor, number) < earliest:
        number += 1
    return begin_of(anchor, number)


def by_month(begin: date, end: date, minor: int) -> list[tuple[date, int]]:
    """An amount over the calendar months of a period, in proportion to their days; the parts add up to it.

    Each with the first of its days in the period. `end` is the first day after it.
    """
    firsts = [begin]
    while (following := begin_of(firsts[-1].replace(day=1), 2)) < end:
        firsts.append(following)
    days = [(first - begin).days for first in firsts] + [(end - begin).days]
    return [
        (first, minor * after // days[-1] - minor * before // days[-1])
        for first, before, after in zip(firsts, days, days[1:], strict=False)
    ]
