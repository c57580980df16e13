"""Where a tariff applies, as far as the look at it before publishing asks for it."""

from datetime import datetime
from functools import reduce
from operator import or_

from django.db.models import Max, Q, QuerySet

from billing.choices import AssignedAt, AssignedTo
from billing.models import TariffAssignment, TariffFamily
from billing.pricing.lint import ANYWHERE, Surroundings
from chargers.models import Connector


def surroundings_of(family: TariffFamily, at: datetime) -> Surroundings:
    """Power and openness of the EVSEs it is assigned to now or later; nothing known gives nothing to check."""
    lasting = TariffAssignment.objects.filter(family=family).filter(Q(valid_to=None) | Q(valid_to__gt=at))
    public = list(lasting.filter(audience=AssignedTo.PUBLIC))
    if not public:
        return ANYWHERE
    power = _connectors(family, public).aggregate(most=Max("max_power_w"))["most"]
    return Surroundings(max_power_w=power, is_public=True)


def _connectors(family: TariffFamily, assignments: list[TariffAssignment]) -> QuerySet[Connector]:
    places = reduce(or_, map(_place, assignments))
    return Connector.objects.filter(places, evse__station__organisation_id=family.organisation_id)


def _place(one: TariffAssignment) -> Q:
    return {
        AssignedAt.ORGANISATION: Q(evse__station__organisation_id=one.organisation_id),
        AssignedAt.SITE: Q(evse__station__site_id=one.site_id),
        AssignedAt.STATION: Q(evse__station_id=one.station_id),
        AssignedAt.EVSE: Q(evse__station_id=one.station_id, evse__number=one.evse_no),
    }[AssignedAt(one.scope)]
