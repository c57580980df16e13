"""What lists can be narrowed by, for pages and API alike. Nothing else in a query string reaches the database.

Ids are public ids; a station may also be named by its identity. Times are ISO 8601.
"""

from datetime import UTC
from typing import Any

import django_filters as filters
from django import forms
from django.db.models import Q, QuerySet

from .choices import (
    OPEN_COMMANDS,
    OPEN_STATES,
    AuthorizationStatus,
    CommandEffect,
    CommandState,
    ConnectorStatus,
    Direction,
    TagStatus,
    TokenType,
    TransactionState,
    UnknownState,
)
from .models import (
    Authorization,
    ChargingStation,
    Command,
    Connector,
    IdTag,
    MessageExchange,
    MeterValue,
    Transaction,
)
from .ocpp.adapters import NESTED
from .selectors import connected

YES_NO = (("true", "Yes"), ("false", "No"))


class YesNoFilter(filters.TypedChoiceFilter):
    """`true` or `false`; `method` gets the bool."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(choices=YES_NO, coerce=lambda text: text == "true", **kwargs)


class MomentField(forms.DateTimeField):
    """ISO 8601 with or without a zone; a bare date is its midnight, no zone is UTC."""

    def to_python(self, value: Any) -> Any:
        if isinstance(value, str) and "T" in value and value.count(" ") == 1:
            value = value.replace(" ", "+")  # a plus sign typed bare into a URL arrives as a blank
        moment = super().to_python(value)
        try:
            return moment and moment.astimezone(UTC)
        except OverflowError:
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid") from None


class MomentFilter(filters.DateTimeFilter):
    field_class = MomentField


class TextFilter(filters.CharFilter):
    """Free text of at most 255 characters."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=255, **kwargs)


class StationRefFilter(filters.CharFilter):
    """A station by public id or identity."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"field_name": "station", "max_length": 64, **kwargs})

    def filter(self, qs: QuerySet[Any], value: str) -> QuerySet[Any]:
        name = self.field_name
        return (
            qs.filter(Q(**{f"{name}__public_id": value}) | Q(**{f"{name}__identity": value})) if value else qs
        )


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
            queryset = queryset.filter(_any_contains(fields, word))
        return queryset


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
            queryset = queryset.filter(_any_contains(fields, word))
        return queryset


class MeterValueFilter(filters.FilterSet):
    """Readings taken in a span of time."""

    since = MomentFilter(field_name="taken_at", lookup_expr="gte", label="Taken from")
    until = MomentFilter(field_name="taken_at", lookup_expr="lt", label="Taken before")

    class Meta:
        model = MeterValue
        fields: list[str] = []


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
        return queryset.filter(_any_contains(("request", "reply"), value))


class AuthorizationFilter(filters.FilterSet):
    """Decisions about tokens: by token, answer and time."""

    tag = TextFilter(field_name="uid", lookup_expr="iexact", label="ID tag")
    status = filters.ChoiceFilter(choices=AuthorizationStatus.choices, label="Answer")
    since = MomentFilter(field_name="at", lookup_expr="gte", label="From")
    until = MomentFilter(field_name="at", lookup_expr="lt", label="Before")

    class Meta:
        model = Authorization
        fields: list[str] = []


class IdTagFilter(filters.FilterSet):
    """ID tags: by UID, state, kind, group and words."""

    uid = TextFilter(lookup_expr="iexact", label="UID")
    status = filters.ChoiceFilter(choices=TagStatus.choices, label="State")
    type = filters.ChoiceFilter(choices=TokenType.choices, label="Type")
    group = TextFilter(method="by_group", label="Group")
    search = TextFilter(method="by_search", label="Search")

    class Meta:
        model = IdTag
        fields: list[str] = []

    def by_group(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        return queryset.filter(Q(group__public_id=value) | Q(group__name=value))

    def by_search(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        for word in value.split()[:5]:
            queryset = queryset.filter(_any_contains(("uid", "label", "group__name"), word))
        return queryset


class UnknownStationFilter(filters.FilterSet):
    """Unknown stations: waiting or blocked, by words."""

    state = filters.ChoiceFilter(choices=UnknownState.choices, label="State")
    search = TextFilter(field_name="identity", lookup_expr="icontains", label="Search")


class SiteFilter(filters.FilterSet):
    """Sites by words."""

    search = TextFilter(method="by_search", label="Search")

    def by_search(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        for word in value.split()[:5]:
            queryset = queryset.filter(_any_contains(("name", "address", "city"), word))
        return queryset


def _any_contains(fields: tuple[str, ...], word: str) -> Q:
    found = Q()
    for field in fields:
        found |= Q(**{f"{field}__icontains": word})
    return found
