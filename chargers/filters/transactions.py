"""What sessions and readings can be narrowed by, for pages and API alike."""

from typing import Any

import django_filters as filters
from django.db.models import Q, QuerySet

from chargers.choices import OPEN_STATES, TransactionState
from chargers.filters.fields import MomentFilter, StationRefFilter, TextFilter, YesNoFilter, any_contains
from chargers.models import MeterValue, Transaction
from chargers.ocpp.adapters import NESTED


class TransactionFilter(filters.FilterSet):
    """Transactions: of a station, open or not, begun in a span of time, by tag, state or outlet."""

    station = StationRefFilter(label="Station")
    site = filters.CharFilter(field_name="station__site__public_id", max_length=40, label="Site")
    open = YesNoFilter(method="by_open", label="Open")
    state = filters.MultipleChoiceFilter(choices=TransactionState.choices, label="State")
    since = MomentFilter(field_name="started_at", lookup_expr="gte", label="Started from")
    until = MomentFilter(field_name="started_at", lookup_expr="lt", label="Started before")
    tag = TextFilter(method="by_tag", label="ID tag")
    evse = filters.NumberFilter(field_name="evse_no", min_value=0, max_value=2**31 - 1, label="EVSE")
    connector = filters.NumberFilter(
        method="by_connector", min_value=0, max_value=2**31 - 1, label="Connector, as the station counts"
    )
    search = TextFilter(method="by_search", label="Search")

    class Meta:
        model = Transaction
        fields: list[str] = []

    def by_open(self, queryset: QuerySet[Any], name: str, value: bool) -> QuerySet[Any]:
        return queryset.filter(state__in=OPEN_STATES) if value else queryset.exclude(state__in=OPEN_STATES)

    def by_connector(self, queryset: QuerySet[Any], name: str, value: int) -> QuerySet[Any]:
        nested = Q(station__connection__subprotocol__in=NESTED)
        return queryset.filter(nested & Q(connector_no=value) | ~nested & Q(evse_no=value))

    def by_tag(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        return queryset.filter(Q(id_tag__public_id=value) | Q(uid__iexact=value))

    def by_search(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        fields = ("station__identity", "station__name", "uid", "reference", "public_id")
        for word in value.split()[:5]:
            queryset = queryset.filter(any_contains(fields, word))
        return queryset


class MeterValueFilter(filters.FilterSet):
    """Readings taken in a span of time."""

    since = MomentFilter(field_name="taken_at", lookup_expr="gte", label="Taken from")
    until = MomentFilter(field_name="taken_at", lookup_expr="lt", label="Taken before")

    class Meta:
        model = MeterValue
        fields: list[str] = []
