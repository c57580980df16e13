"""Cuts a session where its price may change, so that each period has one price per dimension."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from operator import attrgetter

from .exact import Rational, ratio
from .period import Period
from .tariff import Dimension, Tariff
from .timeline import TIME_OF, Session
from .wall_clock import WallClock

_HOUR_S = 3600


@dataclass(frozen=True, slots=True)
class TariffFrom:
    """A tariff and the instant from which it applies; a dynamic tariff is a series of them."""

    at: Rational
    tariff: Tariff


def cut(session: Session, series: Sequence[TariffFrom], clock: WallClock) -> list[Period]:
    """The periods of a session, in order; their energy adds up to that of the session exactly.

    The series is in order of time; its first tariff also applies before its instant. A session that was over at
    once is one period of no length.
    """
    cuts = sorted({session.start, session.end, *_cuts(session, series, clock)})
    spans = list(pairwise(cuts)) or [(session.start, session.end)]
    return [_period(session, start, end, _tariff_at(series, start)) for start, end in spans]


def _tariff_at(series: Sequence[TariffFrom], instant: Rational) -> Tariff:
    begun = bisect_right(series, instant, key=attrgetter("at"))
    return series[max(begun - 1, 0)].tariff


def _cuts(session: Session, series: Sequence[TariffFrom], clock: WallClock) -> list[Rational]:
    start, end = session.start, session.end
    cuts: list[Rational] = [change.at for change in session.states]
    cuts += [step.at for step in series]
    for borders in dict.fromkeys(step.tariff.borders for step in series):
        cuts += clock.borders(borders.times, borders.midnights, start, end)
        cuts += (start + duration for duration in borders.durations_s)
        cuts += session.reaches(borders.energies_wh)
        cuts += [reading.at for reading in session.readings] if borders.readings else []
    return [instant for instant in cuts if start < instant < end]


def _period(session: Session, start: Rational, end: Rational, tariff: Tariff) -> Period:
    state = session.state_at(start)
    energy_wh = session.register_at(end) - session.register_at(start)
    volumes = {Dimension.ENERGY: energy_wh} if energy_wh else {}
    if state in TIME_OF and end > start:
        volumes[TIME_OF[state]] = end - start
    if not tariff.borders.readings or start == end:
        return Period(start, end, volumes, tariff, state)
    power_w = ratio(energy_wh * _HOUR_S, end - start)
    current = session.current_between(start, end) or (None, None)
    return Period(start, end, volumes, tariff, state, power_w, power_w, *current)
