"""The three profiles we install: two for ever, one that decays."""

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

from smartcharging.engine.composite import Installed, Kind, Period, Profile, Purpose, Schedule, Unit

LEVEL = 0
STATION = 0


@dataclass(frozen=True, slots=True)
class Ids:
    """The ids of our own profiles. Those of a connector count up from these by its number."""

    station_max: int = 9_000
    default: int = 9_100
    control: int = 9_200


def permanent(
    failsafe_a: Iterable[tuple[int, float]], station_a: float, since_s: int, ids: Ids | None = None
) -> tuple[Installed, ...]:
    """What is installed without an end: the station's maximum, and for each connector the current (A) of silence.

    The maximum is what its wires carry: it bounds the controlling profile too, so it cannot be the low value.
    """
    ids = ids or Ids()
    highest = _profile(ids.station_max, Purpose.STATION_MAX, since_s, ((0, station_a),))
    defaults = [
        Installed(connector, _profile(ids.default + connector, Purpose.TX_DEFAULT, since_s, ((0, amps),)))
        for connector, amps in failsafe_a
    ]
    return (Installed(STATION, highest), *defaults)


def controlling(
    connector: int,
    transaction_id: str,
    periods: Iterable[tuple[int, float]],
    now_s: int,
    *,
    failsafe_a: float,
    life_s: int = 1800,
    ids: Ids | None = None,
) -> Installed:
    """The grant of a transaction: periods (s from now, A), and after `life_s` the fail-safe current for good."""
    control = _profile(
        (ids or Ids()).control + connector,
        Purpose.TX,
        now_s,
        (*((start_s, amps) for start_s, amps in periods if start_s < life_s), (life_s, failsafe_a)),
        transaction_id,
    )
    return Installed(connector, control)


def _profile(
    profile_id: int,
    purpose: Purpose,
    start_s: int,
    periods: tuple[tuple[int, float], ...],
    transaction_id: str | None = None,
) -> Profile:
    made = tuple(Period(start, Fraction(str(amps))) for start, amps in periods)
    schedule = Schedule(Unit.AMPERE, made, schedule_id=1, start_s=start_s)
    return Profile(profile_id, LEVEL, purpose, Kind.ABSOLUTE, (schedule,), transaction_id=transaction_id)
