"""What lists of reservations can be narrowed by."""

from typing import Any

import django_filters as filters
from django.db.models import Q, QuerySet

from chargers.filters.fields import StationRefFilter, TextFilter, YesNoFilter

from ..choices import OPEN_RESERVATIONS, ReservationState
from ..models import Reservation


class ReservationFilter(filters.FilterSet):
    """Reservations: of a station, by status, open or not, by tag and words."""

    station = StationRefFilter(label="Station")
    status = filters.MultipleChoiceFilter(
        field_name="state", choices=ReservationState.choices, label="Status"
    )
    open = YesNoFilter(method="by_open", label="Open")
    tag = TextFilter(method="by_tag", label="ID tag")
    search = TextFilter(method="by_search", label="Search")

    class Meta:
        model = Reservation
        fields: list[str] = []

    def by_open(self, queryset: QuerySet[Any], name: str, value: bool) -> QuerySet[Any]:
        is_open = Q(state__in=OPEN_RESERVATIONS)
        return queryset.filter(is_open if value else ~is_open)

    def by_tag(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        return queryset.filter(Q(id_tag__public_id=value) | Q(uid__iexact=value))

    def by_search(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        for word in value.split()[:5]:
            here = Q(station__identity__icontains=word) | Q(station__name__icontains=word)
            queryset = queryset.filter(here | Q(uid__icontains=word) | Q(parent_uid__icontains=word))
        return queryset
