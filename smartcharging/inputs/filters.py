"""What lists of inputs can be narrowed by, for pages and API alike."""

from typing import Any

import django_filters as filters
from django.db.models import QuerySet

from chargers.filters.fields import MomentFilter, YesNoFilter
from cpms.core import clock
from smartcharging.models import FleetNeed, LimitEvent, LoadReading, SiteMeter

from .choices import MeterDriver
from .limits.taking import open_limits


class MeterFilter(filters.FilterSet):
    """Meters: of a site, of a driver, in use or not."""

    site = filters.CharFilter(field_name="site__public_id", max_length=40, label="Site")
    driver = filters.ChoiceFilter(choices=MeterDriver.choices, label="How it is read")
    active = YesNoFilter(field_name="active", label="In use")

    class Meta:
        model = SiteMeter
        fields: list[str] = []


class LoadReadingFilter(filters.FilterSet):
    """Readings: of a span of time."""

    since = MomentFilter(field_name="read_at", lookup_expr="gte", label="Since")
    until = MomentFilter(field_name="read_at", lookup_expr="lt", label="Before")

    class Meta:
        model = LoadReading
        fields: list[str] = []


class FleetNeedFilter(filters.FilterSet):
    """Departures: of an ID tag, of a span of time."""

    id_tag = filters.CharFilter(field_name="id_tag__public_id", max_length=40, label="ID tag")
    since = MomentFilter(field_name="departs_at", lookup_expr="gte", label="Since")
    until = MomentFilter(field_name="departs_at", lookup_expr="lt", label="Before")

    class Meta:
        model = FleetNeed
        fields: list[str] = []


class LimitFilter(filters.FilterSet):
    """Limits: of a site, of a sender, in force or to come."""

    site = filters.CharFilter(field_name="site__public_id", max_length=40, label="Site")
    source = filters.CharFilter(field_name="source", max_length=80, label="Sender")
    open = YesNoFilter(method="by_open", label="In force or to come")

    class Meta:
        model = LimitEvent
        fields: list[str] = []

    def by_open(self, queryset: QuerySet[Any], name: str, value: bool) -> QuerySet[Any]:
        is_open = open_limits(clock.now())
        return queryset.filter(is_open if value else ~is_open)
