"""How a tariff stands: its draft, the version in force, what comes next, and where it applies."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from django.db.models import QuerySet

from billing.choices import AssignedAt, AssignedTo, TariffState
from billing.models import TariffAssignment, TariffFamily, TariffVersion
from billing.pricing.exact import loads
from billing.pricing.tariff import Tariff
from billing.pricing.tariff_reader import read_tariff

from .following import version_sentence


@dataclass(frozen=True, slots=True)
class Overview:
    """A family at an instant. `assignments` are those that hold or will hold, `upcoming` is by its start."""

    family: TariffFamily
    state: TariffState
    draft: TariffVersion | None
    current: TariffVersion | None
    upcoming: tuple[TariffVersion, ...]
    assignments: tuple[TariffAssignment, ...]

    @property
    def shown(self) -> TariffVersion | None:
        """The version that says what the tariff costs: the one in force, else the next, else the draft."""
        return self.current or next(iter(self.upcoming), None) or self.draft

    @property
    def price(self) -> str:
        """What it costs in one sentence; empty for a tariff without any version."""
        return version_sentence(self.shown, version_tariff(self.shown)) if self.shown else ""

    @property
    def places(self) -> list[str]:
        """Where and for whom, each once."""
        return list(dict.fromkeys(map(place_text, self.assignments)))


def with_overview(families: QuerySet[TariffFamily]) -> QuerySet[TariffFamily]:
    """The families with what an overview needs, in a fixed number of queries."""
    named = ("versions__series", "assignments__group", "assignments__site", "assignments__station")
    return families.prefetch_related("versions", "assignments", *named)


def overview(family: TariffFamily, at: datetime) -> Overview:
    """How the family stands at an instant."""
    versions = list(family.versions.all())
    published = sorted((one for one in versions if one.valid_from), key=_start)
    begun = [one for one in published if _start(one) <= at]
    draft = next((one for one in versions if one.is_draft), None)
    current = begun[-1] if begun else None
    assignments = list(family.assignments.all())
    lasting = tuple(one for one in assignments if not one.is_over(at))
    is_over = bool(assignments) and not lasting
    state = _state(bool(published), current is not None, is_over)
    return Overview(family, state, draft, current, tuple(published[len(begun) :]), lasting)


def _start(version: TariffVersion) -> datetime:
    assert version.valid_from is not None
    return version.valid_from


def _state(is_published: bool, is_in_force: bool, is_over: bool) -> TariffState:
    if not is_published:
        return TariffState.DRAFT
    if is_over:
        return TariffState.ENDED
    return TariffState.PUBLISHED if is_in_force else TariffState.SCHEDULED


def version_tariff(version: TariffVersion) -> Tariff:
    """The version as the engine understands it."""
    return _tariff(version.body)


@lru_cache(maxsize=512)
def _tariff(body: str) -> Tariff:
    return read_tariff(loads(body))


def place_text(assignment: TariffAssignment) -> str:
    """`Harbour, for group Staff`; `everywhere, for everybody`."""
    whom = f"group {assignment.group}" if assignment.audience == AssignedTo.GROUP else "everybody"
    return f"{where_text(assignment)}, for {whom}"


def where_text(assignment: TariffAssignment) -> str:
    """The place of an assignment by its name."""
    if assignment.scope == AssignedAt.SITE:
        return str(assignment.site)
    if assignment.station is None:
        return "everywhere"
    label = assignment.station.label
    return label if assignment.evse_no is None else f"{label}, EVSE {assignment.evse_no}"


def validity(versions: Iterable[TariffVersion]) -> dict[int, datetime | None]:
    """Until when each published version holds, by key: the start of the next one, None for the last."""
    published = sorted((one for one in versions if one.valid_from), key=_start)
    ends = [*map(_start, published[1:]), None]
    return {one.pk: end for one, end in zip(published, ends, strict=False)}
