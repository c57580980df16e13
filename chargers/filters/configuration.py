"""What lists of settings and of stations' lists can be narrowed by."""

from typing import Any

import django_filters as filters
from django.db.models import Q, QuerySet

from chargers.filters.fields import StationRefFilter, TextFilter

from ..choices import ListState, SettingState
from ..models import StationList, StationSetting


class SettingFilter(filters.FilterSet):
    """Settings of one station: by state and words."""

    state = filters.ChoiceFilter(choices=SettingState.choices, label="State")
    search = TextFilter(method="by_search", label="Search")

    class Meta:
        model = StationSetting
        fields: list[str] = []

    def by_search(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        for word in value.split()[:5]:
            queryset = queryset.filter(
                Q(name__icontains=word) | Q(reported__icontains=word) | Q(desired__icontains=word)
            )
        return queryset


class DriftFilter(filters.FilterSet):
    """Settings of many stations: of one, at a site, by words."""

    station = StationRefFilter(label="Station")
    site = filters.CharFilter(field_name="station__site__public_id", max_length=40, label="Site")
    search = TextFilter(method="by_search", label="Search")

    class Meta:
        model = StationSetting
        fields: list[str] = []

    def by_search(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        for word in value.split()[:5]:
            queryset = queryset.filter(
                Q(name__icontains=word)
                | Q(station__identity__icontains=word)
                | Q(station__name__icontains=word)
            )
        return queryset


class StationListFilter(filters.FilterSet):
    """Stations that carry a list: by how far they are."""

    state = filters.ChoiceFilter(choices=ListState.choices, label="State")

    class Meta:
        model = StationList
        fields: list[str] = []
