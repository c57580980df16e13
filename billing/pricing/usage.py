"""What is rated, whether it came as a raw session or as a CDR."""

from collections.abc import Sequence
from dataclasses import dataclass

from .cutting import TariffFrom, cut
from .exact import Rational
from .notes import Note
from .period import Period
from .timeline import Session
from .wall_clock import wall_clock

UNKNOWN_ZONE = ("UTC", [Note("time_zone_unknown", "the time zone is not known, local times are UTC")])


@dataclass(frozen=True, slots=True)
class Usage:
    """Periods (one at least) in order of time, the IANA zone of the place, the whole span in s since 1970.

    `is_cut` says that no price changes inside a period.
    """

    periods: Sequence[Period]
    zone: str
    start: Rational
    end: Rational
    notes: Sequence[Note] = ()
    is_cut: bool = True


def usage_of(
    session: Session, series: Sequence[TariffFrom], zone: str | None, told: Sequence[Note] = ()
) -> Usage:
    """A session cut by its tariff, or by a series of tariffs; `told` is what is to be said of the series.

    Raises `Refused` for an unknown zone.
    """
    place, unknown = (zone, []) if zone else UNKNOWN_ZONE
    notes = [*unknown, *told]
    periods = cut(session, series, wall_clock(place, session.start, session.end))
    if not session.states:
        notes = [*notes, Note("state_unknown", "no state is known, all time counts as charging")]
    return Usage(periods, place, session.start, session.end, notes)
