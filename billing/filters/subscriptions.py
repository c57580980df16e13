"""What subscriptions can be narrowed by, for pages and API alike."""

from typing import Any

import django_filters as filters
from django.db.models import Q, QuerySet

from chargers.filters.fields import YesNoFilter
from cpms.core import clock

from ..models import Subscription


class SubscriptionFilter(filters.FilterSet):
    """Subscriptions: by plan, account, and whether they last."""

    plan = filters.CharFilter(field_name="version__plan__public_id", max_length=40, label="Plan")
    account = filters.CharFilter(field_name="account__public_id", max_length=40, label="Account")
    lasting = YesNoFilter(method="by_lasting", label="Has not ended")

    class Meta:
        model = Subscription
        fields: list[str] = []

    def by_lasting(self, queryset: QuerySet[Any], name: str, value: bool) -> QuerySet[Any]:
        lasting = Q(ends_at=None) | Q(ends_at__gt=clock.now())
        return queryset.filter(lasting if value else ~lasting)
