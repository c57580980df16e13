"""What cases of unpaid invoices can be narrowed by, for pages and API alike."""

from typing import Any

import django_filters as filters
from django.db.models import QuerySet

from chargers.filters.fields import YesNoFilter

from ..choices import DunningLevel, DunningState
from ..models import DunningCase


class DunningCaseFilter(filters.FilterSet):
    """Cases: by state, level, account, and whether they still go on."""

    state = filters.ChoiceFilter(choices=DunningState.choices, label="State")
    level = filters.ChoiceFilter(choices=DunningLevel.choices, label="Level")
    account = filters.CharFilter(field_name="account__public_id", max_length=40, label="Account")
    open = YesNoFilter(method="by_open", label="Not ended")

    class Meta:
        model = DunningCase
        fields: list[str] = []

    def by_open(self, queryset: QuerySet[Any], name: str, value: bool) -> QuerySet[Any]:
        ended = {"state": DunningState.ENDED}
        return queryset.exclude(**ended) if value else queryset.filter(**ended)
