"""A profile before a station, and what the answer to it is."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from smartcharging.engine.composite.model import Context, Edition, Installed, Profile, Purpose, Transaction


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a station should answer; `reason` names place and fault, and is empty when accepted."""

    accepted: bool
    reason: str = ""

    @property
    def status(self) -> str:
        """The status on the wire."""
        return "Accepted" if self.accepted else "Rejected"


@dataclass(frozen=True)
class Case:
    """A candidate before a station."""

    candidate: Installed
    installed: Sequence[Installed]
    context: Context

    @property
    def profile(self) -> Profile:
        """The profile itself."""
        return self.candidate.profile

    @property
    def transaction(self) -> Transaction | None:
        """What runs on the connector meant."""
        return self.context.transactions.get(self.candidate.connector)

    @property
    def kept(self) -> list[Installed]:
        """What would stay beside the candidate."""
        return [one for one in self.installed if not replaces(self.candidate, one, self.context.edition)]

    @property
    def rivals(self) -> list[Profile]:
        """Those of the same purpose and level that would stay on the same connector."""
        return [one.profile for one in self.kept if slot(one) == slot(self.candidate)]


# Says why a case is refused, once per fault.
Rule = Callable[[Case], Iterator[str]]


def replaces(candidate: Installed, one: Installed, edition: Edition) -> bool:
    """A profile replaces that of the same id; in 1.6 also that of the same purpose, level and connector."""
    if one.profile.profile_id == candidate.profile.profile_id:
        return True
    return edition is Edition.OCPP_1_6 and slot(one) == slot(candidate)


def slot(one: Installed) -> tuple[int, Purpose, int]:
    """What 1.6 allows one profile for: connector, purpose and level."""
    return one.connector, one.profile.purpose, one.profile.stack_level
