"""What is known of one outlet: what it confirmed, what it may have been told, how it wants to be told."""

from collections.abc import Collection
from dataclasses import dataclass, field
from math import inf

CLOCKS_DIFFER_S = 60.0


@dataclass(frozen=True, slots=True)
class DispatchRules:
    """Times in seconds, currents in ampere: design of smart charging 3.5 and 3.6.

    Changes of no more than the deadband wait until the last message is `trim_every_s` ago.
    `settles_s`: a car obeys a lower value after that.
    `life_s`: a grant decays to the fail-safe value after that, `renew_s`: it is told again after that.
    """

    deadband_a: float = 1.0
    deadband_share: float = 0.03
    trim_every_s: float = 300.0
    raise_every_s: float = 60.0
    message_every_s: float = 30.0
    answer_within_s: float = 30.0
    tries: int = 3
    life_s: float = 1800.0
    renew_s: float = 1200.0
    excess_a: float = 1.5
    excess_share: float = 0.1
    excess_readings: int = 3
    proven_readings: int = 6
    excess_s: float = 60.0
    settles_s: float = 45.0
    remember_s: float = 300.0


@dataclass(frozen=True, slots=True)
class Form:
    """How a limit is put: in "A" or "W", with a tail of many periods or the fewest that are safe."""

    unit: str = "A"
    short: bool = False


def forms(units: Collection[str] = ("A", "W"), *, direct_current: bool = False) -> tuple[Form, ...]:
    """What to try in turn: the natural unit (A for AC, W for DC), the other one, then fewer periods.

    Raises ValueError where a station takes neither unit.
    """
    natural = ("W", "A") if direct_current else ("A", "W")
    taken = [unit for unit in natural if unit in units]
    if not taken:
        raise ValueError(f"a station takes A or W, not {sorted(units)}")
    return (*(Form(unit) for unit in taken), Form(taken[0], short=True))


@dataclass(frozen=True, slots=True)
class Told:
    """A value (A) put on the wire at a time (s), not accepted yet."""

    amps: float
    at_s: float


@dataclass(frozen=True, slots=True)
class Channel:
    """One outlet, as far as it can be told what to take. Currents in ampere, times in seconds.

    `confirmed_a` was accepted and holds until `until_s`, then `failsafe_a` does; None: nothing was ever accepted.
    `told` are values under way or never answered: any of them may hold. `before` are values that held until lately.
    `online`: it can be told something. `uncontrolled`: it refuses or ignores. `form` is the place in `forms` that is
    tried. `again`: it is to be told once more what it already accepted. `started_at_s`: when its car came.
    `obeyed`: readings in a row that kept to what it was told.
    """

    outlet: str
    hardware_a: float
    failsafe_a: float | None = None
    confirmed_a: float | None = None
    until_s: float = inf
    told: tuple[Told, ...] = ()
    before: tuple[Told, ...] = ()
    told_at_s: float = -inf
    raised_at_s: float = -inf
    messages: int = 0
    unanswered: int = 0
    online: bool = True
    uncontrolled: bool = False
    forms: tuple[Form, ...] = field(default_factory=forms)
    form: int = 0
    above_since_s: float | None = None
    above: int = 0
    resent: bool = False
    again: bool = False
    started_at_s: float | None = None
    obeyed: int = 0

    def now_a(self, now_s: float) -> float | None:
        """What it confirmed for this moment; None where it never confirmed anything."""
        return self.failsafe_a if now_s >= self.until_s else self.confirmed_a

    def highest_a(self, now_s: float) -> float:
        """The most it may be taking now, if it does what it was told; the hardware's maximum where nobody knows.

        Shortly before a grant decays, clocks that differ may have let it decay already.
        """
        now_a = self.now_a(now_s)
        if now_a is None or self.failsafe_a is None or self.uncontrolled:
            return self.hardware_a
        decayed_a = self.failsafe_a if now_s >= self.until_s - CLOCKS_DIFFER_S else 0.0
        return min(self.hardware_a, max(now_a, decayed_a, *(told.amps for told in self.told)))

    def waits(self, now_s: float, answer_within_s: float) -> bool:
        """Whether an answer may still come."""
        return bool(self.told) and now_s - self.told[-1].at_s < answer_within_s
