"""One session's meter, from source to billable energy (billing.md 2.1)."""

from collections.abc import Callable
from dataclasses import replace

from ..exact import Rational
from .clock import Bounds, arrange, bounds
from .derived import accumulated, integrated, summed
from .limits import ceiling_wh
from .sources import Feed, choose, exported
from .values import CleanMeter, EnergyPoint, Flag, MeterSession, Sample, Source
from .walk import Path, Walk


def clean(session: MeterSession) -> CleanMeter:
    """The energy to bill, how it came about in time, what was odd, and whether a person must look at it."""
    feed = choose(session)
    stop_wh = feed.stop.value if feed.stop else None
    limits, flags = bounds(session.started_at, session.stopped_at, session.now, stop_wh)
    path = _PATHS.get(feed.source, _walked)(feed, limits, session.max_power_w)
    path.flags |= flags | feed.flags
    given = _walked(exported(session), replace(limits, stop_wh=None), session.max_power_w)
    return _settled(path, feed.source, limits, session.max_power_w, given)


def _walked(feed: Feed, limits: Bounds, max_power_w: Rational | None) -> Path:
    samples, flags = arrange(feed.samples, limits)
    return _along(replace(feed, samples=samples), limits, max_power_w, flags)


def _phases(feed: Feed, limits: Bounds, max_power_w: Rational | None) -> Path:
    samples, flags = summed(feed.phases, limits)
    return _along(replace(feed, samples=samples), limits, max_power_w, flags)


def _along(feed: Feed, limits: Bounds, max_power_w: Rational | None, flags: set[Flag]) -> Path:
    """The walk from the start, else from the first reading, to the stop, else to the last."""
    is_signed = feed.source is Source.SIGNED
    start = _anchored(feed.start, limits, limits.start, is_signed)
    stop = _anchored(feed.stop, limits, limits.stop, is_signed)
    samples = [sample for sample in feed.samples if start is None or not _precedes(sample, start)]
    row = [*_some(start), *samples, *_some(stop)]
    path = Walk(row, max_power_w, has_stop=stop is not None, is_signed=is_signed).path()
    path.flags |= flags
    if start is None:
        path.flags.add(Flag.MISSING_START)
        path.hold = True
    if stop is None:
        path.flags.add(Flag.MISSING_STOP)
    return path


def _anchored(
    sample: Sample | None, limits: Bounds, believed: Rational | None, is_signed: bool
) -> Sample | None:
    """Start or stop with the time of the message that carried it; a signed one has its own."""
    if sample is None:
        return None
    if is_signed and sample.claimed is not None and limits.holds(sample.claimed):
        believed = sample.claimed
    return replace(sample, at=believed)


def _precedes(sample: Sample, start: Sample) -> bool:
    """A reading from before the start that counts no more than it belongs to no session."""
    return (
        sample.at is not None
        and start.at is not None
        and sample.at < start.at
        and sample.value <= start.value
    )


def _some(sample: Sample | None) -> tuple[Sample, ...]:
    return () if sample is None else (sample,)


def _intervals(feed: Feed, limits: Bounds, max_power_w: Rational | None) -> Path:
    return _ended(accumulated(feed.samples, limits, max_power_w), limits)


def _power(feed: Feed, limits: Bounds, max_power_w: Rational | None) -> Path:
    return _ended(integrated(feed.samples, limits, max_power_w), limits)


def _ended(path: Path, limits: Bounds) -> Path:
    """Sums have no stop value of their own: what can be missing is the time."""
    if limits.stop is None:
        path.flags.add(Flag.MISSING_STOP)
    return path


_PATHS: dict[Source, Callable[[Feed, Bounds, Rational | None], Path]] = {
    Source.PHASES: _phases,
    Source.INTERVAL: _intervals,
    Source.POWER: _power,
}


def _settled(
    path: Path, source: Source, limits: Bounds, max_power_w: Rational | None, given: Path
) -> CleanMeter:
    begin, end = _span(path, limits)
    billable_wh = _bounded(path, begin, end, limits, max_power_w)
    # One value alone proves nothing, not even that nothing flowed.
    if billable_wh == 0 and len(path.points) > 1 and Flag.NEGATIVE not in path.flags:
        path.flags.add(Flag.ZERO_ENERGY)
    return CleanMeter(
        billable_wh,
        tuple(sorted(path.flags)),
        path.hold,
        source,
        _curve(path, begin, end, billable_wh),
        end,
        given.energy_wh,
        _curve(given, begin, end, given.energy_wh) if given.points else (),
    )


def _span(path: Path, limits: Bounds) -> tuple[Rational | None, Rational | None]:
    """From the start, else the first evidence, to the stop, else the last."""
    known = [at for at, _ in path.points if at is not None]
    begin = limits.start if limits.start is not None else (known[0] if known else None)
    end = limits.stop if limits.stop is not None else (known[-1] if known else None)
    return begin, end if begin is None or end is None else max(begin, end)


def _bounded(
    path: Path, begin: Rational | None, end: Rational | None, limits: Bounds, max_power_w: Rational | None
) -> Rational:
    """Never above what the charger can deliver; where the duration is not known, a person judges."""
    proven_s = 0 if begin is None or end is None else end - begin
    if max_power_w is None or path.energy_wh <= ceiling_wh(max_power_w, proven_s):
        return path.energy_wh
    is_begin_known = limits.start is not None or path.points[0][0] is not None
    is_end_known = limits.stop is not None or path.points[-1][0] is not None
    if not (is_begin_known and is_end_known):
        path.flags.add(Flag.DURATION_UNKNOWN)
        path.hold = True
        return path.energy_wh
    path.flags.add(Flag.ABOVE_MAXIMUM)
    return ceiling_wh(max_power_w, proven_s)


def _curve(
    path: Path, begin: Rational | None, end: Rational | None, billable_wh: Rational
) -> tuple[EnergyPoint, ...]:
    """One point an instant, inside the session, never falling, whatever a stop or the ceiling took away."""
    if begin is None or end is None:
        return ()
    energies: dict[Rational, Rational] = {begin: 0}
    for at, energy_wh in path.points:
        if at is not None:
            energies[min(max(at, begin), end)] = min(energy_wh, billable_wh)
    energies[end] = billable_wh
    return tuple(EnergyPoint(at, energies[at]) for at in sorted(energies))
