"""What happened at the outlet: readings of one clean register and the states between start and end."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from .exact import Rational, ratio
from .tariff import Dimension


class State(StrEnum):
    """What the time is. Only charging is TIME; only a vehicle that asks for nothing is PARKING_TIME."""

    PREPARING = "preparing"
    CHARGING = "charging"
    SUSPENDED_EV = "suspended_ev"
    SUSPENDED_EVSE = "suspended_evse"
    FINISHED = "finished"
    RESERVED = "reserved"


TIME_OF: dict[State, Dimension] = {
    State.CHARGING: Dimension.TIME,
    State.SUSPENDED_EV: Dimension.PARKING_TIME,
    State.FINISHED: Dimension.PARKING_TIME,
    State.RESERVED: Dimension.RESERVATION_TIME,
}


@dataclass(frozen=True, slots=True)
class Reading:
    """The register at an instant. `current_a` is the sum of all phases, None where it is not known."""

    at: Rational
    register_wh: Rational
    current_a: Rational | None = None


@dataclass(frozen=True, slots=True)
class StateChange:
    """From `at` on, the state."""

    at: Rational
    state: State


@dataclass(frozen=True)
class Session:
    """Instants are seconds since 1970; readings and states are in order of time, the register never falls."""

    start: Rational
    end: Rational
    readings: tuple[Reading, ...]
    states: tuple[StateChange, ...]

    @cached_property
    def _times(self) -> list[Rational]:
        return [reading.at for reading in self.readings]

    @cached_property
    def _registers(self) -> list[Rational]:
        return [reading.register_wh for reading in self.readings]

    @cached_property
    def _state_times(self) -> list[Rational]:
        return [change.at for change in self.states]

    def register_at(self, instant: Rational) -> Rational:
        """Linear between the readings around it; before the first and after the last nothing flows."""
        after = bisect_right(self._times, instant)
        if not self.readings:
            return 0
        if after in (0, len(self.readings)):
            return self._registers[max(0, after - 1)]
        first, last = self.readings[after - 1], self.readings[after]
        flowed = (last.register_wh - first.register_wh) * (instant - first.at)
        return first.register_wh + ratio(flowed, last.at - first.at)

    def reaches(self, energies_wh: Iterable[Rational]) -> Iterable[Rational]:
        """The instants at which the energy since the start first reaches each of the energies."""
        begin = self.register_at(self.start)
        for energy_wh in energies_wh:
            level = begin + energy_wh
            after = bisect_left(self._registers, level)
            if 0 < after < len(self.readings):
                first, last = self.readings[after - 1], self.readings[after]
                share = ratio(level - first.register_wh, last.register_wh - first.register_wh)
                yield first.at + share * (last.at - first.at)

    def state_at(self, instant: Rational) -> State:
        """Before the first known state the vehicle prepares; with no state at all it charges."""
        if not self.states:
            return State.CHARGING
        entry = bisect_right(self._state_times, instant)
        return self.states[entry - 1].state if entry else State.PREPARING

    def current_between(self, start: Rational, end: Rational) -> tuple[Rational, Rational] | None:
        """The lowest and highest current of the readings around and in a span; None if one is not known."""
        first = max(0, bisect_right(self._times, start) - 1)
        last = bisect_left(self._times, end)
        known = [reading.current_a for reading in self.readings[first : last + 1]]
        currents = [current for current in known if current is not None]
        return (min(currents), max(currents)) if currents and len(currents) == len(known) else None
