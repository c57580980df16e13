"""What cases and audit lines can be narrowed by, for pages and API alike."""

from typing import Any

import django_filters as filters
from django.db.models import Q, QuerySet, TextChoices

from chargers.filters.fields import MomentFilter, StationRefFilter, TextFilter
from cpms.core.models import AuditLine

from ..choices import CaseKind, CaseState
from ..models import Case


class CaseFilter(filters.FilterSet):
    """Cases: by state, kind, station, transaction and time."""

    state = filters.ChoiceFilter(choices=CaseState.choices, label="State")
    kind = filters.ChoiceFilter(choices=CaseKind.choices, label="Kind")
    station = StationRefFilter(label="Station")
    transaction = filters.CharFilter(field_name="transaction__public_id", max_length=40, label="Transaction")
    since = MomentFilter(field_name="happened_at", lookup_expr="gte", label="From")
    until = MomentFilter(field_name="happened_at", lookup_expr="lt", label="Before")
    search = TextFilter(method="by_search", label="Search")

    class Meta:
        model = Case
        fields: list[str] = []

    def by_search(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        for word in value.split()[:5]:
            queryset = queryset.filter(
                Q(station__identity__icontains=word)
                | Q(station__name__icontains=word)
                | Q(transaction__public_id__icontains=word)
                | Q(transaction__uid__icontains=word)
            )
        return queryset


class AuditSource(TextChoices):
    """What kind of author a line has."""

    USER = "user", "People"
    KEY = "key", "API keys"
    STATION = "station", "Stations"
    SYSTEM = "system", "This system"


class AuditFilter(filters.FilterSet):
    """Audit lines: by act, subject, author and time."""

    action = TextFilter(method="by_action", label="Act")
    subject = filters.CharFilter(max_length=40, label="Subject")
    source = filters.ChoiceFilter(method="by_source", choices=AuditSource.choices, label="Kind of author")
    actor = TextFilter(field_name="actor_label", lookup_expr="icontains", label="Who")
    since = MomentFilter(field_name="at", lookup_expr="gte", label="From")
    until = MomentFilter(field_name="at", lookup_expr="lt", label="Before")
    search = TextFilter(method="by_search", label="Search")

    class Meta:
        model = AuditLine
        fields: list[str] = []

    def by_action(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """The act itself, or everything about a noun: `case.accepted` or `case`."""
        return queryset.filter(Q(action=value) | Q(action__startswith=f"{value}."))

    def by_source(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        return queryset.filter(actor_label__startswith=f"{value}: ")

    def by_search(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        for word in value.split()[:5]:
            queryset = queryset.filter(
                Q(action__icontains=word)
                | Q(actor_label__icontains=word)
                | Q(subject_label__icontains=word)
                | Q(subject__icontains=word)
            )
        return queryset
