"""When an element of a tariff holds, in words of the active language."""

from collections.abc import Iterator, Sequence
from itertools import groupby

from django.utils.dates import WEEKDAYS_ABBR
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from billing.pricing.exact import Rational, ratio
from billing.pricing.tariff import Reservation, Restrictions

from .numbers import date_text, number_text

_DASH = "\N{EN DASH}"


def condition(given: Restrictions) -> str:
    """`Mon–Fri, 08:00–18:00, from 20 kWh on`; empty where nothing restricts it."""
    return ", ".join(_parts(given))


def _parts(given: Restrictions) -> Iterator[str]:
    if given.days is not None:
        yield _days(sorted(given.days))
    if given.start_time is not None or given.end_time is not None:
        yield _times(given.start_time, given.end_time)
    if given.start_date is not None:
        yield _("from {date} on").format(date=date_text(given.start_date))
    if given.end_date is not None:
        yield _("before {date}").format(date=date_text(given.end_date))
    yield from _span(_thousandth(given.min_wh), _thousandth(given.max_wh), _ENERGY)
    yield from _span(_sixtieth(given.min_duration_s), _sixtieth(given.max_duration_s), _DURATION)
    yield from _span(_thousandth(given.min_power_w), _thousandth(given.max_power_w), _POWER)
    yield from _span(given.min_current_a, given.max_current_a, _CURRENT)
    if given.reservation is Reservation.RESERVATION_EXPIRES:
        yield _("if nobody comes")


# What is said of a lower bound, of an upper one, and of both.
_Words = tuple[str, str, str]


def _translated(words: _Words) -> _Words:
    return _(words[0]), _(words[1]), _(words[2])


_ENERGY = (
    gettext_noop("from {low} kWh on"),
    gettext_noop("for the first {high} kWh"),
    gettext_noop("from {low} to {high} kWh"),
)
_DURATION = (
    gettext_noop("from minute {low} on"),
    gettext_noop("in the first {high} minutes"),
    gettext_noop("from minute {low} to {high}"),
)
_POWER = (
    gettext_noop("at {low} kW and more"),
    gettext_noop("below {high} kW"),
    gettext_noop("at {low} to {high} kW"),
)
_CURRENT = (
    gettext_noop("at {low} A and more"),
    gettext_noop("below {high} A"),
    gettext_noop("at {low} to {high} A"),
)


def _span(low: Rational | None, high: Rational | None, words: _Words) -> Iterator[str]:
    at_least, below, between = _translated(words)
    if low is not None and high is not None:
        yield between.format(low=number_text(low), high=number_text(high))
    elif low is not None:
        yield at_least.format(low=number_text(low))
    elif high is not None:
        yield below.format(high=number_text(high))


def _thousandth(value: Rational | None) -> Rational | None:
    return None if value is None else ratio(value, 1000)


def _sixtieth(value: Rational | None) -> Rational | None:
    return None if value is None else ratio(value, 60)


def _times(start: int | None, end: int | None) -> str:
    """No end and 00:00 are the end of the day; equal times are the whole day."""
    if start is not None and start == end:
        return _("all day")
    return f"{_clock(start or 0)}{_DASH}{_clock(end or 86_400)}"


def _clock(seconds: int) -> str:
    return f"{seconds // 3600:02}:{seconds % 3600 // 60:02}"


def _days(days: Sequence[int]) -> str:
    """Runs of three and more days become a span."""
    runs = [list(run) for _key, run in groupby(days, key=lambda day: day - days.index(day))]
    return ", ".join(_run(run) for run in runs)


def _run(days: list[int]) -> str:
    names = [str(WEEKDAYS_ABBR[day]) for day in days]
    return f"{names[0]}{_DASH}{names[-1]}" if len(names) > 2 else ", ".join(names)
