"""What statements to site hosts can be narrowed by, for pages and API alike."""

import django_filters as filters

from ..choices import SettlementState
from ..models import Settlement


class SettlementFilter(filters.FilterSet):
    """Statements: by state, agreement, site and host."""

    state = filters.ChoiceFilter(choices=SettlementState.choices, label="State")
    agreement = filters.CharFilter(field_name="agreement__public_id", max_length=40, label="Agreement")
    site = filters.CharFilter(field_name="agreement__site__public_id", max_length=40, label="Site")
    host = filters.CharFilter(field_name="agreement__host__public_id", max_length=40, label="Host")

    class Meta:
        model = Settlement
        fields: list[str] = []
