"""What payments can be narrowed by, for pages and API alike."""

from typing import Any

import django_filters as filters
from django.db.models import Q, QuerySet

from chargers.filters.fields import MomentFilter, StationRefFilter, TextFilter

from ..choices import PaymentPurpose, PaymentState
from ..models import PaymentIntent


class PaymentFilter(filters.FilterSet):
    """Payments: by state, purpose, account, transaction, station and time."""

    state = filters.ChoiceFilter(choices=PaymentState.choices, label="State")
    purpose = filters.ChoiceFilter(choices=PaymentPurpose.choices, label="Purpose")
    account = filters.CharFilter(field_name="account__public_id", max_length=40, label="Account")
    transaction = filters.CharFilter(field_name="transaction__public_id", max_length=40, label="Transaction")
    station = StationRefFilter(field_name="station", label="Station")
    since = MomentFilter(field_name="created_at", lookup_expr="gte", label="From")
    until = MomentFilter(field_name="created_at", lookup_expr="lt", label="Before")
    search = TextFilter(method="by_search", label="Search")

    class Meta:
        model = PaymentIntent
        fields: list[str] = []

    def by_search(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        for word in value.split()[:5]:
            queryset = queryset.filter(
                Q(public_id__icontains=word)
                | Q(provider_ref__icontains=word)
                | Q(email__icontains=word)
                | Q(account__name__icontains=word)
                | Q(station__identity__icontains=word)
                | Q(transaction__public_id__icontains=word)
            )
        return queryset
