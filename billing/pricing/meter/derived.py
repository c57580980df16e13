"""Energy from sources that are no register: the sum of phases, energy per interval, and power over time."""

from collections.abc import Sequence

from ..exact import Rational, ratio
from .clock import Bounds, arrange
from .limits import Reach
from .values import Flag, Sample
from .walk import Path

_HOUR_S = 3600


def summed(phases: Sequence[list[Sample]], bounds: Bounds) -> tuple[list[Sample], set[Flag]]:
    """A register for the sum of phases, of the instants at which all of them were read."""
    flags: set[Flag] = set()
    at_instants: list[dict[Rational | None, Rational]] = []
    for samples in phases:
        arranged, found = arrange(samples, bounds)
        flags |= found
        at_instants.append({sample.at: sample.value for sample in arranged if sample.at is not None})
    common = set(at_instants[0]).intersection(*at_instants[1:])
    return [
        Sample(sum(values[at] for values in at_instants), at, at) for at in at_instants[0] if at in common
    ], flags


def accumulated(samples: list[Sample], bounds: Bounds, max_power_w: Rational | None) -> Path:
    """The sum of energies that each flowed in the time before their sample (OCPP 2.0.1 §3.50)."""
    arranged, flags = arrange(samples, bounds)
    # What ended at the start flowed before it.
    row = [Sample(0, bounds.start, bounds.start)]
    row += [s for s in arranged if not _is_before(s, bounds) and (s.at is None or s.at != bounds.start)]
    reach = Reach(row, max_power_w)
    path = Path([(bounds.start, 0)], flags)
    for index, sample in enumerate(row[1:], 1):
        if reach.holds(sample.value, index - 1, index):
            path.points.append((sample.at, path.energy_wh + sample.value))
        else:
            path.flags.add(Flag.DIP if sample.value < 0 else Flag.IMPLAUSIBLE_JUMP)
    return path


def integrated(samples: list[Sample], bounds: Bounds, max_power_w: Rational | None) -> Path:
    """The area under the line through readings of power; before the first and after the last nothing is known."""
    arranged, flags = arrange(samples, bounds)
    path = Path([], flags | {Flag.ESTIMATED}, hold=True)
    before: Sample | None = None
    for sample in arranged:
        if sample.at is None or _is_before(sample, bounds):
            continue
        if max_power_w is not None and sample.value * 100 > max_power_w * 105:
            path.flags.add(Flag.IMPLAUSIBLE_JUMP)
            continue
        path.points.append((sample.at, path.energy_wh + _area(before, sample)))
        before = sample
    return path


def _is_before(sample: Sample, bounds: Bounds) -> bool:
    return sample.at is not None and bounds.start is not None and sample.at < bounds.start


def _area(before: Sample | None, sample: Sample) -> Rational:
    """In Wh; power that flows back is no negative consumption."""
    if before is None or before.at is None or sample.at is None:
        return 0
    powers = max(0, before.value) + max(0, sample.value)
    return ratio(powers * (sample.at - before.at), 2 * _HOUR_S)
