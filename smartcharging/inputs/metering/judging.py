"""Whether a reading is believed; pure. What is refused is kept with its reason and makes the meter doubtful."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from math import isfinite
from typing import Final

from smartcharging.meters.sample import Sample

from .lines import NO_LINES, STAR_VOLTS, Lines, lines_of, power_of

# A clock may be so much ahead of ours; further into the future no reading is taken.
AHEAD: Final = timedelta(seconds=5)
# Older ones are not kept, so a repeat of them could not be told from a new one.
OLDEST: Final = timedelta(days=2)
# From so much on a line to nothing at all on every line is a meter that lost its wires or starts anew.
_FALL_A: Final = 10.0
# More than the three lines carry at 230 V is another unit.
_HIGHEST_W_PER_A: Final = 3 * 250.0


class NotBelieved(ValueError):
    """The text says why, in a sentence for operators."""


@dataclass(frozen=True, slots=True)
class Meter:
    """What judging needs to know of a meter; `volts` between a line of its site and neutral."""

    line_order: str
    turned: bool
    lines: int
    highest_a: float
    volts: float = STAR_VOLTS


@dataclass(frozen=True, slots=True)
class Reading:
    """A believed reading: A on the site's lines, W in total."""

    read_at: datetime
    amps: Lines
    power_w: float | None


def judge(meter: Meter, sample: Sample, received_at: datetime, before: Lines = NO_LINES) -> Reading:
    """The reading in a sample, `before` being the currents of the last believed one. Raises NotBelieved.

    Without a time of its own a sample is as old as its arrival. A time in the future is refused: it would look fresh
    for as long as the clock is wrong.
    """
    _check_time(sample.at, received_at)
    for name, value in sample.values.items():
        if not isfinite(value):
            raise NotBelieved(f"{name} is no number")
    amps = lines_of(sample.values, meter.line_order, meter.turned, meter.volts)
    power_w = power_of(sample.values, meter.turned, meter.volts)
    _check_whole(meter, amps, power_w)
    _check_size(meter, amps, power_w)
    _check_fall(meter, amps, before)
    return Reading(sample.at or received_at, amps, power_w)


def _check_time(at: datetime | None, received_at: datetime) -> None:
    if at is None:
        return
    if at > received_at + AHEAD:
        ahead = (at - received_at).total_seconds()
        raise NotBelieved(f"its time is {ahead:.0f} s in the future: set the meter's clock, or send no time")
    if at < received_at - OLDEST:
        raise NotBelieved("it is older than two days")


def _check_whole(meter: Meter, amps: Lines, power_w: float | None) -> None:
    told = sum(one is not None for one in amps)
    if told < meter.lines:
        raise NotBelieved(f"it tells {told} of {meter.lines} lines")
    if meter.lines == 0 and power_w is None:
        raise NotBelieved("it tells no power")


def _check_size(meter: Meter, amps: Lines, power_w: float | None) -> None:
    for line, value in enumerate(amps, 1):
        if value is not None and abs(value) > meter.highest_a:
            raise NotBelieved(
                f"{value:.0f} A on L{line} is more than the {meter.highest_a:g} A this meter can see: another unit?"
            )
    if power_w is not None and abs(power_w) > meter.highest_a * _HIGHEST_W_PER_A:
        raise NotBelieved(f"{power_w:.0f} W is more than {meter.highest_a:g} A on three lines: another unit?")


def _check_fall(meter: Meter, amps: Lines, before: Lines) -> None:
    last = max((abs(one) for one in before if one is not None), default=0.0)
    if meter.lines and last >= _FALL_A and not any(amps):
        raise NotBelieved(
            f"every line at exactly 0 A after {last:.0f} A: a loose wire, or a meter that starts anew?"
        )
