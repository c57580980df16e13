"""How much load that is not ours to expect until the next look, from what was measured and how old that is."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from smartcharging.engine.margin.rises import Rises
from smartcharging.engine.margin.trace import Amps, Trace
from smartcharging.engine.network import Rows

Floats = NDArray[np.float64]


class Freshness(StrEnum):
    """How far a meter is trusted."""

    FRESH = "fresh"
    LATE = "late"  # the most of the last hour counts
    LOST = "lost"  # the configured worst case counts


@dataclass(frozen=True, slots=True)
class MarginRules:
    """Times in seconds. The margin is `k` times the usual change within the time it takes to react.

    Where rises were watched, it is at least the highest of the last `rises_s`. `recent_s`: room counts once it has
    lasted so long; shorter, chargers are told to follow every swing of the building (2 minutes: twice the messages).
    """

    k: float = 3.0
    recent_s: float = 300.0
    late_after_s: float = 30.0
    lost_after_s: float = 300.0
    hour_s: float = 3600.0
    reaction_s: float = 30.0
    rises_s: float = 86_400.0
    fewest: int = 12


@dataclass(frozen=True, slots=True)
class Estimate:
    """Load that is not ours on each line (A), the margin above it, and how it was come by."""

    other_a: Amps
    margin_a: Amps
    freshness: Freshness
    age_s: float | None


def estimated(
    load: Trace,
    now_s: float,
    worst_case_a: Amps,
    rises: Rises | None = None,
    rules: MarginRules | None = None,
) -> Estimate:
    """The load to expect from a trace of load that is not ours.

    Fresh: the most of the last five minutes, with a margin for the usual change or the highest rise of the last day,
    whichever is more. Late (over 30 s): the same with the most of the last hour.
    Lost (over 5 min), or too few readings to know how much it changes: the worst case, or the most of the last hour.
    """
    rules = rules or MarginRules()
    age_s = None if load.newest_s is None else now_s - load.newest_s
    hour = np.array(load.since(now_s - rules.hour_s), dtype=float).reshape(-1, 3)
    if age_s is None or age_s > rules.lost_after_s or len(hour) < rules.fewest:
        most = np.max(np.vstack([hour, worst_case_a]), axis=0)
        return Estimate(_amps(most), (0.0, 0.0, 0.0), Freshness.LOST, age_s)
    usual = rules.k * _usual_change(load, hour, max(age_s, 0.0) + rules.reaction_s)
    late = age_s > rules.late_after_s
    recent = np.array(load.since(min(now_s - rules.recent_s, load.taken_s[-1])), dtype=float)
    most = np.max(hour if late else recent, axis=0)
    risen = np.max(recent, axis=0) + np.array((rises or Rises()).highest(now_s, rules.rises_s))
    freshness = Freshness.LATE if late else Freshness.FRESH
    return Estimate(_amps(most), _amps(np.maximum(usual, risen - most)), freshness, age_s)


def _usual_change(load: Trace, hour: Floats, horizon_s: float) -> Floats:
    """The root mean square of the changes over a horizon, in the last hour. It grows by itself when readings of
    different times were subtracted from each other.
    """
    times = np.array(load.taken_s[-len(hour) :])
    pairs = np.searchsorted(times, times + horizon_s, side="left")
    pairs = np.minimum(pairs, len(times) - 1)
    changes = hour[pairs] - hour
    return np.asarray(np.sqrt(np.mean(changes**2, axis=0)))


def _amps(values: Floats) -> Amps:
    first, second, third = values.tolist()
    return first, second, third


def wires(rows: Rows, estimates: Mapping[str, Estimate]) -> tuple[Floats, Floats]:
    """Other load and margin of every row, from the estimates of metered circuits."""
    other = rows.load_of_lines({circuit: one.other_a for circuit, one in estimates.items()})
    margin = rows.load_of_lines({circuit: one.margin_a for circuit, one in estimates.items()})
    return other, margin
