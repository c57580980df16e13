"""Which tariff applies at a place and a moment, and why each other one of the organisation does not."""

from dataclasses import dataclass
from datetime import datetime

from billing.choices import AssignedAt, AssignedTo
from billing.models import TariffAssignment
from chargers.models import ChargingStation, IdTagGroup

from .choice import Choice, tariff_choose_for

# More assignments that do not even fit are not told.
MOST_TOLD = 200


@dataclass(frozen=True, slots=True)
class Verdict:
    """An assignment and why it was not chosen; the chosen one has no reason."""

    assignment: TariffAssignment
    reason: str

    @property
    def is_chosen(self) -> bool:
        """Whether it is the one."""
        return not self.reason


@dataclass(frozen=True, slots=True)
class Explanation:
    """The choice and every assignment with its reason, the chosen one first, then as near as they came."""

    choice: Choice
    verdicts: tuple[Verdict, ...]

    @property
    def sentence(self) -> str:
        """The answer in one sentence."""
        if self.choice.assignment is None:
            return "No tariff applies: a public EVSE does not start for drivers who would have to pay."
        name = self.choice.assignment.family.name
        if self.choice.version is None:
            return f"{name} is assigned, but no version of it was in force yet."
        return f"{name}, version {self.choice.version.number}."


def tariff_explain(
    station: ChargingStation, evse_no: int, group: IdTagGroup | None, at: datetime
) -> Explanation:
    """For anybody of a group of ID tags, or of none (None), at an EVSE."""
    choice = tariff_choose_for(station, evse_no, group.pk if group else None, at)
    mine = TariffAssignment.objects.filter(organisation_id=station.organisation_id)
    mine = mine.select_related("family", "group", "site", "station")
    considered = [(one.assignment.key, one.reason) for one in choice.resolution.considered]
    known = {one.public_id: one for one in mine.filter(public_id__in=[key for key, _ in considered])}
    fitting = [Verdict(known[key], reason) for key, reason in considered]
    others = mine.exclude(public_id__in=known).order_by("-id")[:MOST_TOLD]
    return Explanation(choice, (*fitting, *(Verdict(one, _misfit(one, station, group)) for one in others)))


def _misfit(one: TariffAssignment, station: ChargingStation, group: IdTagGroup | None) -> str:
    if one.audience == AssignedTo.GROUP and (group is None or one.group_id != group.pk):
        return f"only for tags of group {one.group}"
    if one.scope == AssignedAt.SITE:
        return f"only at {one.site}; the station is at {station.site or 'no site'}"
    place = "the station" if one.scope == AssignedAt.STATION else f"EVSE {one.evse_no} of"
    return f"only at {place} {one.station.label if one.station else ''}".rstrip()
