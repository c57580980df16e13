"""What accounts can be narrowed by, for pages and API alike."""

from typing import Any

import django_filters as filters
from django.db.models import Q, QuerySet

from chargers.filters.fields import TextFilter, YesNoFilter

from ..choices import BillingMode, PartyKind
from ..models import Account


class AccountFilter(filters.FilterSet):
    """Accounts: by mode, kind of holder, whether closed, and words."""

    mode = filters.ChoiceFilter(field_name="billing_mode", choices=BillingMode.choices, label="Pays by")
    kind = filters.ChoiceFilter(field_name="party__kind", choices=PartyKind.choices, label="Holder")
    closed = YesNoFilter(method="by_closed", label="Closed")
    search = TextFilter(method="by_search", label="Search")

    class Meta:
        model = Account
        fields: list[str] = []

    def by_closed(self, queryset: QuerySet[Any], name: str, value: bool) -> QuerySet[Any]:
        return queryset.filter(closed_at__isnull=not value)

    def by_search(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        for word in value.split()[:5]:
            queryset = queryset.filter(
                Q(public_id__icontains=word)
                | Q(name__icontains=word)
                | Q(party__legal_name__icontains=word)
                | Q(party__email__icontains=word)
                | Q(tags__id_tag__uid__icontains=word)
            )
        return queryset.distinct() if value else queryset
