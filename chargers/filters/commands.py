"""What commands can be narrowed by, for pages and API alike."""

from typing import Any

import django_filters as filters
from django.db.models import QuerySet

from chargers.choices import OPEN_COMMANDS, CommandEffect, CommandState
from chargers.filters.fields import MomentFilter, StationRefFilter, YesNoFilter
from chargers.models import Command


class CommandFilter(filters.FilterSet):
    """Commands: of a station, by action, state and effect."""

    station = StationRefFilter(label="Station")
    action = filters.CharFilter(lookup_expr="iexact", max_length=60, label="Action")
    state = filters.MultipleChoiceFilter(choices=CommandState.choices, label="State")
    effect = filters.ChoiceFilter(choices=CommandEffect.choices, label="Effect")
    open = YesNoFilter(method="by_open", label="Open")
    since = MomentFilter(field_name="created_at", lookup_expr="gte", label="Sent from")
    until = MomentFilter(field_name="created_at", lookup_expr="lt", label="Sent before")

    class Meta:
        model = Command
        fields: list[str] = []

    def by_open(self, queryset: QuerySet[Any], name: str, value: bool) -> QuerySet[Any]:
        return (
            queryset.filter(state__in=OPEN_COMMANDS) if value else queryset.exclude(state__in=OPEN_COMMANDS)
        )
