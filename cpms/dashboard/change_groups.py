"""The settings of a push at one station, those with the same outcome together."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from chargers.choices import TONES, PlannedChange, SettingAnswer, tones
from chargers.services.configuration.plan import Change
from chargers.services.configuration.settings import same_value

# What nobody has to look at: it is as wanted, or was never asked for.
_QUIET = (tones.AVAILABLE, tones.OFFLINE)


@dataclass(slots=True)
class Group:
    """Changes of one outcome, a member of PlannedChange or SettingAnswer."""

    outcome: PlannedChange | SettingAnswer
    changes: list[Change] = field(default_factory=list)

    @property
    def is_quiet(self) -> bool:
        """Whether a count is enough to say about it."""
        return self.outcome.tone in _QUIET


@dataclass(frozen=True, slots=True)
class Grouped:
    """What stands out, and what can stay folded away."""

    loud: list[Group]
    quiet: list[Group]


def grouped(changes: Iterable[Change]) -> Grouped:
    """The outcomes of a station, the worst first."""
    found: dict[str, Group] = {}
    for change in changes:
        outcome = _outcome(change)
        found.setdefault(str(outcome.label), Group(outcome)).changes.append(
            change | {"differs": _differs(change)}
        )
    order = sorted(found.values(), key=lambda group: -TONES.index(group.outcome.tone))
    return Grouped([g for g in order if not g.is_quiet], [g for g in order if g.is_quiet])


def _differs(change: Change) -> bool:
    """Whether the station reports something else than what is wanted now."""
    now = change.get("now")
    return now is not None and not same_value(now, change["wanted"])


def _outcome(change: Change) -> PlannedChange | SettingAnswer:
    return SettingAnswer(change["answer"]) if change["answer"] else PlannedChange(change["plan"])
