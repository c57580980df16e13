"""What invoices can be narrowed by, for pages and API alike."""

from typing import Any

import django_filters as filters
from django.db.models import Q, QuerySet

from chargers.filters.fields import TextFilter, YesNoFilter

from ..choices import DocumentKind, InvoiceState
from ..models import Invoice


class InvoiceFilter(filters.FilterSet):
    """Invoices: by state, kind, whether a draft waits for a person, account, session and day of issue."""

    state = filters.ChoiceFilter(choices=InvoiceState.choices, label="State")
    kind = filters.ChoiceFilter(choices=DocumentKind.choices, label="Kind")
    held = YesNoFilter(method="by_held", label="Waits for a person")
    account = filters.CharFilter(field_name="account__public_id", max_length=40, label="Account")
    transaction = filters.CharFilter(method="by_transaction", max_length=40, label="Transaction")
    since = filters.DateFilter(field_name="issued_on", lookup_expr="gte", label="From")
    until = filters.DateFilter(field_name="issued_on", lookup_expr="lt", label="Before")
    search = TextFilter(method="by_search", label="Search")

    class Meta:
        model = Invoice
        fields: list[str] = []

    def by_held(self, queryset: QuerySet[Any], name: str, value: bool) -> QuerySet[Any]:
        waiting = Q(state=InvoiceState.DRAFT) & ~Q(held_because="")
        return queryset.filter(waiting if value else ~waiting)

    def by_transaction(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        return queryset.filter(lines__charge__transaction__public_id=value).distinct()

    def by_search(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        for word in value.split()[:5]:
            queryset = queryset.filter(
                Q(code__icontains=word)
                | Q(public_id__icontains=word)
                | Q(account__name__icontains=word)
                | Q(account__party__legal_name__icontains=word)
            )
        return queryset
