"""Which tariff version a session gets: the assignments that fit it, resolved, and the version in force."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from billing.choices import AssignedAt, AssignedTo, VersionState
from billing.models import TariffAssignment, TariffFamily, TariffVersion
from billing.pricing.assignment import Assignment, Resolution, resolve
from billing.pricing.document import seconds_of
from chargers.models import ChargingStation, IdTag, IdTagGroup


@dataclass(frozen=True, slots=True)
class Choice:
    """The version whose price holds, or None, and how it was found.

    A family that is assigned but has no version yet gives None too: no other tariff takes its place unseen.
    """

    version: TariffVersion | None
    assignment: TariffAssignment | None
    resolution: Resolution


def tariff_choose(
    station: ChargingStation, evse_no: int, id_tag: IdTag | None, at: datetime, plan: IdTagGroup | None = None
) -> Choice:
    """The tariff for a session at an EVSE, by whoever holds the tag (None: nobody we know), beginning at `at`.

    `plan`: the group whose tariffs the payer gets by a subscription, beside those of the tag's own.
    """
    return tariff_choose_for(station, evse_no, id_tag.group_id if id_tag else None, at, plan)


def tariff_choose_for(
    station: ChargingStation, evse_no: int, group_id: int | None, at: datetime, plan: IdTagGroup | None = None
) -> Choice:
    """The same for anybody of a group of ID tags (None: of no group)."""
    groups = [key for key in (group_id, plan.pk if plan else None) if key is not None]
    fitting = fitting_assignments(station, evse_no, groups)
    resolution = resolve(map(_pure, fitting), seconds_of(at))
    chosen = resolution.chosen
    assignment = next((one for one in fitting if chosen and one.public_id == chosen.key), None)
    version = version_at(assignment.family, at) if assignment else None
    return Choice(version, assignment, resolution)


def version_at(family: TariffFamily, at: datetime) -> TariffVersion | None:
    """The published version in force at an instant."""
    published = family.versions.filter(state=VersionState.PUBLISHED, valid_from__lte=at)
    return published.order_by("-valid_from").first()


def fitting_assignments(station: ChargingStation, evse_no: int, groups: list[int]) -> list[TariffAssignment]:
    """Those for this place and these groups, whenever they are valid."""
    audience = Q(audience=AssignedTo.PUBLIC)
    if groups:
        audience |= Q(audience=AssignedTo.GROUP, group_id__in=groups)
    place = Q(scope=AssignedAt.ORGANISATION) | Q(scope=AssignedAt.STATION, station=station)
    place |= Q(scope=AssignedAt.EVSE, station=station, evse_no=evse_no)
    if station.site_id is not None:
        place |= Q(scope=AssignedAt.SITE, site_id=station.site_id)
    mine = TariffAssignment.objects.filter(audience, place, organisation_id=station.organisation_id)
    return list(mine.select_related("family"))


def _pure(one: TariffAssignment) -> Assignment:
    return Assignment(
        key=one.public_id,
        tariff=one.family.public_id,
        audience=AssignedTo(one.audience).audience,
        scope=AssignedAt(one.scope).scope,
        valid_from=seconds_of(one.valid_from),
        valid_to=seconds_of(one.valid_to) if one.valid_to else None,
        created=seconds_of(one.created_at),
        priority=one.priority,
    )
