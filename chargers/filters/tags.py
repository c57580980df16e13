"""What cards and decisions about them can be narrowed by, for pages and API alike."""

from typing import Any

import django_filters as filters
from django.db.models import Q, QuerySet

from chargers.choices import AuthorizationStatus, TagStatus, TokenType
from chargers.filters.fields import MomentFilter, TextFilter, any_contains
from chargers.models import Authorization, IdTag


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
            queryset = queryset.filter(any_contains(("uid", "label", "group__name"), word))
        return queryset
