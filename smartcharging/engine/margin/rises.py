"""The highest rises of a load, by the hour: machines that started once start again."""

from dataclasses import dataclass

from smartcharging.engine.margin.trace import NOTHING, Amps, Trace

HOUR_S = 3600.0


@dataclass(frozen=True, slots=True)
class Rises:
    """For each hour (its start in s) the most a load rose within the time it takes to react (A on each line)."""

    hours: tuple[tuple[float, Amps], ...] = ()

    def after(self, load: Trace, reaction_s: float, keep_s: float = 86_400.0) -> "Rises":
        """With the newest reading of a load compared with those shortly before."""
        if load.newest_s is None:
            return self
        rise = _rise(load, load.newest_s, reaction_s)
        hour_s = load.newest_s // HOUR_S * HOUR_S
        if self.hours and self.hours[-1][0] == hour_s:
            return Rises((*self.hours[:-1], (hour_s, _most(self.hours[-1][1], rise))))
        kept = [one for one in self.hours if one[0] >= hour_s - keep_s]
        return Rises((*kept, (hour_s, rise)))

    def highest(self, now_s: float, within_s: float) -> Amps:
        """The highest rise of each line lately; zero where nothing was seen."""
        highest = NOTHING
        for hour_s, rise in self.hours:
            if hour_s + HOUR_S > now_s - within_s:
                highest = _most(highest, rise)
        return highest


def _rise(load: Trace, newest_s: float, reaction_s: float) -> Amps:
    recent = load.since(newest_s - reaction_s)
    first, second, third = (recent[-1][line] - min(one[line] for one in recent) for line in range(3))
    return first, second, third


def _most(one: Amps, other: Amps) -> Amps:
    first, second, third = map(max, one, other)
    return first, second, third
