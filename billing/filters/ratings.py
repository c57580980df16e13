"""What ratings can be narrowed by, for pages and API alike."""

from typing import Any

import django_filters as filters
from django.db.models import Q, QuerySet

from chargers.filters.fields import MomentFilter, StationRefFilter, TextFilter, YesNoFilter

from ..choices import UNDECIDED, RatingState
from ..models import Rating


class RatingFilter(filters.FilterSet):
    """Ratings: by state, whether somebody has to decide, transaction, station and time."""

    state = filters.ChoiceFilter(choices=RatingState.choices, label="State")
    undecided = YesNoFilter(method="by_undecided", label="Waits for a decision")
    transaction = filters.CharFilter(field_name="transaction__public_id", max_length=40, label="Transaction")
    station = StationRefFilter(field_name="transaction__station", label="Station")
    since = MomentFilter(field_name="rated_at", lookup_expr="gte", label="From")
    until = MomentFilter(field_name="rated_at", lookup_expr="lt", label="Before")
    search = TextFilter(method="by_search", label="Search")

    class Meta:
        model = Rating
        fields: list[str] = []

    def by_undecided(self, queryset: QuerySet[Any], name: str, value: bool) -> QuerySet[Any]:
        waiting = Q(state__in=UNDECIDED)
        return queryset.filter(waiting if value else ~waiting)

    def by_search(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        for word in value.split()[:5]:
            queryset = queryset.filter(
                Q(transaction__station__identity__icontains=word)
                | Q(transaction__station__name__icontains=word)
                | Q(transaction__public_id__icontains=word)
                | Q(version__family__name__icontains=word)
            )
        return queryset
