"""The one source of a session's energy (billing.md 2.1.1)."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from ..exact import Rational
from .units import energy_wh, is_converted, power_w
from .values import Flag, Measurand, MeterSession, RawReading, RawRegister, RawValue, Sample, Source

_OUTLET = {"", "Outlet"}
PHASES = ("L1", "L2", "L3")
_BEGIN, _END = "Transaction.Begin", "Transaction.End"


@dataclass(frozen=True, slots=True)
class Feed:
    """The readable values of one source, in order of receipt; per phase for the sum of phases."""

    source: Source
    samples: list[Sample] = field(default_factory=list)
    start: Sample | None = None
    stop: Sample | None = None
    phases: tuple[list[Sample], ...] = ()
    flags: set[Flag] = field(default_factory=set)


def choose(session: MeterSession) -> Feed:
    """The best source that a session has. The others are not looked at again, not even where it has holes."""
    for offer in (_signed, _registers, _phases, _interval, _power):
        feed = offer(session)
        if feed is not None:
            return feed
    return _of_registers(session, Source.NONE, [])


def exported(session: MeterSession) -> Feed:
    """What the register of given-back energy said."""
    return _feed(Source.REGISTER, _of(session, Measurand.EXPORT_REGISTER))


def _signed(session: MeterSession) -> Feed | None:
    """A begin and an end whose signatures hold; with them, nothing unsigned counts."""
    readings = [reading for reading in _of(session, Measurand.IMPORT_REGISTER) if reading.signed]
    begin = next((reading for reading in readings if reading.context == _BEGIN and _readable(reading)), None)
    end = next((reading for reading in readings if reading.context == _END and _readable(reading)), None)
    if begin is None or end is None:
        return None
    between = [reading for reading in readings if reading.context not in {_BEGIN, _END}]
    feed = _feed(Source.SIGNED, [begin, end, *between])
    start, stop, *samples = feed.samples
    return Feed(feed.source, samples, start, stop, flags=feed.flags)


def _registers(session: MeterSession) -> Feed | None:
    readings = _of(session, Measurand.IMPORT_REGISTER)
    if _register(session.start) is not None and _register(session.stop) is not None:
        return _of_registers(session, Source.SESSION, readings)
    if any(map(_readable, readings)):
        return _of_registers(session, Source.REGISTER, readings)
    return None


def _of_registers(session: MeterSession, source: Source, readings: list[RawReading]) -> Feed:
    feed = _feed(source, readings)
    start, stop = _register(session.start), _register(session.stop)
    flags = _register_flags(session.start) | _register_flags(session.stop)
    return Feed(
        source,
        feed.samples,
        None if start is None else Sample(start, session.started_at),
        None if stop is None else Sample(stop, session.stopped_at),
        flags=feed.flags | flags,
    )


def _phases(session: MeterSession) -> Feed | None:
    feeds = [_feed(Source.PHASES, _of(session, Measurand.IMPORT_REGISTER, phase)) for phase in PHASES]
    instants = [{sample.claimed for sample in feed.samples} - {None} for feed in feeds]
    if not set.intersection(*instants):
        return None
    flags = set().union(*(feed.flags for feed in feeds))
    return Feed(Source.PHASES, phases=tuple(feed.samples for feed in feeds), flags=flags)


def _interval(session: MeterSession) -> Feed | None:
    feed = _feed(Source.INTERVAL, _of(session, Measurand.IMPORT_INTERVAL))
    return feed if feed.samples else None


def _power(session: MeterSession) -> Feed | None:
    feed = _feed(Source.POWER, _of(session, Measurand.IMPORT_POWER), power_w)
    return feed if feed.samples else None


def _of(session: MeterSession, measurand: Measurand, phase: str = "") -> list[RawReading]:
    """Of the outlet, and of one phase, or of none: what a vehicle or a cable counts is not what is sold."""
    return [
        reading
        for reading in session.readings
        if reading.measurand == measurand
        and reading.phase.removesuffix("-N") == phase
        and reading.location in _OUTLET
    ]


def _readable(reading: RawReading) -> bool:
    return energy_wh(reading.value, reading.unit) is not None


Convert = Callable[[RawValue, str | None], Rational | None]


def _feed(source: Source, readings: Iterable[RawReading], convert: Convert = energy_wh) -> Feed:
    feed = Feed(source)
    for reading in readings:
        value = convert(reading.value, reading.unit)
        if value is None:
            feed.flags.add(Flag.UNREADABLE_VALUE)
            continue
        feed.samples.append(Sample(value, reading.at))
        feed.flags.update({Flag.UNIT_CONVERTED} if is_converted(reading.unit) else ())
    return feed


def _register(register: RawRegister | None) -> Rational | None:
    return None if register is None else energy_wh(register.value, register.unit)


def _register_flags(register: RawRegister | None) -> set[Flag]:
    if register is None or register.value is None:
        return set()
    if _register(register) is None:
        return {Flag.UNREADABLE_VALUE}
    return {Flag.UNIT_CONVERTED} if is_converted(register.unit) else set()
