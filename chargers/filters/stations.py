"""What stations, their sites and messages can be narrowed by, for pages and API alike."""

from typing import Any

import django_filters as filters
from django.db.models import Q, QuerySet

from chargers.choices import ConnectorStatus, Direction, UnknownState
from chargers.filters.fields import MomentFilter, TextFilter, YesNoFilter, any_contains
from chargers.models import ChargingStation, Connector, MessageExchange
from chargers.selectors.stations import connected


class StationFilter(filters.FilterSet):
    """Stations: connected or not, at a site, with a connector in a state, by words."""

    connected = YesNoFilter(method="by_connected", label="Connected")
    site = filters.CharFilter(field_name="site__public_id", max_length=40, label="Site")
    status = filters.ChoiceFilter(
        method="by_status", choices=ConnectorStatus.choices, label="Connector state"
    )
    search = TextFilter(method="by_search", label="Search")

    class Meta:
        model = ChargingStation
        fields: list[str] = []

    def by_connected(self, queryset: QuerySet[Any], name: str, value: bool) -> QuerySet[Any]:
        return connected(queryset, value)

    def by_status(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        having = Connector.objects.filter(status=value).values("evse__station_id")
        return queryset.filter(Q(reported_status=value) | Q(pk__in=having))

    def by_search(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        fields = ("identity", "name", "vendor", "model", "serial_number", "site__name")
        for word in value.split()[:5]:
            queryset = queryset.filter(any_contains(fields, word))
        return queryset


class MessageFilter(filters.FilterSet):
    """Messages of one station: by action, direction, outcome, id, words and time."""

    action = filters.CharFilter(lookup_expr="iexact", max_length=60, label="Action")
    direction = filters.ChoiceFilter(choices=Direction.choices, label="Direction")
    outcome = filters.ChoiceFilter(
        choices=[(o, o) for o in ("result", "error", "timeout", "refused", "none")], label="Outcome"
    )
    message_id = filters.CharFilter(max_length=255, label="Message id")
    since = MomentFilter(field_name="received_at", lookup_expr="gte", label="From")
    until = MomentFilter(field_name="received_at", lookup_expr="lt", label="Before")
    search = TextFilter(method="by_search", label="Search")

    class Meta:
        model = MessageExchange
        fields: list[str] = []

    def by_search(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        return queryset.filter(any_contains(("request", "reply"), value))


class UnknownStationFilter(filters.FilterSet):
    """Unknown stations: waiting or blocked, by words."""

    state = filters.ChoiceFilter(choices=UnknownState.choices, label="State")
    search = TextFilter(field_name="identity", lookup_expr="icontains", label="Search")


class SiteFilter(filters.FilterSet):
    """Sites by words."""

    search = TextFilter(method="by_search", label="Search")

    def by_search(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        for word in value.split()[:5]:
            queryset = queryset.filter(any_contains(("name", "address", "city"), word))
        return queryset
