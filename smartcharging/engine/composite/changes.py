"""What is installed after profiles were set and cleared and transactions ended."""

from collections.abc import Sequence
from dataclasses import dataclass

from smartcharging.engine.composite.case import Verdict, replaces
from smartcharging.engine.composite.model import Context, Installed, Purpose
from smartcharging.engine.composite.rules import accepts


@dataclass(frozen=True, slots=True)
class Installation:
    """What a station holds now, and what it answered."""

    installed: tuple[Installed, ...]
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class ClearFilter:
    """ClearChargingProfile: an id alone decides, else every field given must match; none given: all."""

    profile_id: int | None = None
    connector: int | None = None
    purpose: Purpose | None = None
    stack_level: int | None = None

    def takes(self, one: Installed) -> bool:
        """Whether this profile is meant. Limits of others are not ours to clear (OCPP 2.0.1 K10)."""
        if one.profile.purpose is Purpose.EXTERNAL_CONSTRAINTS:
            return False
        if self.profile_id is not None:
            return one.profile.profile_id == self.profile_id
        asked = (self.connector, self.purpose, self.stack_level)
        held = (one.connector, one.profile.purpose, one.profile.stack_level)
        return all(wish in (None, fact) for wish, fact in zip(asked, held, strict=True))


def installed_after(candidate: Installed, installed: Sequence[Installed], context: Context) -> Installation:
    """SetChargingProfile: a refused profile changes nothing; an accepted one is the newest."""
    verdict = accepts(candidate, installed, context)
    if not verdict.accepted:
        return Installation(tuple(installed), verdict)
    kept = (one for one in installed if not replaces(candidate, one, context.edition))
    return Installation((*kept, candidate), verdict)


def cleared(wanted: ClearFilter, installed: Sequence[Installed]) -> tuple[tuple[Installed, ...], bool]:
    """What ClearChargingProfile leaves, and whether it found anything (else a station answers Unknown)."""
    kept = tuple(one for one in installed if not wanted.takes(one))
    return kept, len(kept) < len(installed)


def transaction_ended(connector: int, installed: Sequence[Installed]) -> tuple[Installed, ...]:
    """TxProfiles die with the transaction of their connector."""
    ended = (connector, Purpose.TX)
    return tuple(one for one in installed if (one.connector, one.profile.purpose) != ended)
