"""What redemptions of vouchers can be narrowed by, for pages and API alike."""

import django_filters as filters

from ..models import VoucherRedemption


class VoucherFilter(filters.FilterSet):
    """Redemptions: by campaign and account."""

    campaign = filters.CharFilter(field_name="campaign__public_id", max_length=40, label="Campaign")
    account = filters.CharFilter(field_name="account__public_id", max_length=40, label="Account")

    class Meta:
        model = VoucherRedemption
        fields: list[str] = []
