"""Reading vouchers, each query starting from the viewer: the getter is the permission check."""

from django.db.models import Count, F, OuterRef, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from billing.selectors.scope import mine
from cpms.accounts.viewer import Viewer

from ..models import VoucherCampaign, VoucherCode, VoucherRedemption, VoucherUse


def voucher_campaigns_for(viewer: Viewer) -> QuerySet[VoucherCampaign]:
    """Campaigns, the newest first, each with `codes_made`, and in minor units `given` to sessions and still `open`."""
    rows = VoucherCampaign.objects.filter(mine(viewer))
    its = VoucherRedemption.objects.filter(campaign=OuterRef("pk")).order_by().values("campaign")
    codes = VoucherCode.objects.filter(campaign=OuterRef("pk")).order_by().values("campaign")
    left = Coalesce(F("granted_minor"), 0) - F("given_minor")
    credits_left = its.filter(granted_minor__isnull=False).annotate(all=Sum(left)).values("all")
    return (
        rows.annotate(
            codes_made=Coalesce(Subquery(codes.annotate(all=Count("pk")).values("all")), 0),
            given=Coalesce(Subquery(its.annotate(all=Sum("given_minor")).values("all")), 0),
            open=Coalesce(Subquery(credits_left), 0),
        )
        .select_related("organisation")
        .prefetch_related("sites")
    )


def voucher_codes_for(viewer: Viewer) -> QuerySet[VoucherCode]:
    """Codes, in the order in which they were made."""
    rows = VoucherCode.objects.filter(mine(viewer))
    return rows.select_related("campaign")


def voucher_redemptions_for(viewer: Viewer) -> QuerySet[VoucherRedemption]:
    """Who redeemed what, the newest first, with what is left of it."""
    return with_left(VoucherRedemption.objects.filter(mine(viewer)))


def with_left(rows: QuerySet[VoucherRedemption]) -> QuerySet[VoucherRedemption]:
    """Redemptions with everything that is told of them."""
    rows = rows.select_related("organisation", "campaign", "code", "account__organisation", "grant")
    return rows.prefetch_related("campaign__sites")


def voucher_uses_for(viewer: Viewer) -> QuerySet[VoucherUse]:
    """What sessions got of vouchers, the newest first."""
    rows = VoucherUse.objects.filter(mine(viewer, "redemption__organisation"))
    return rows.select_related("redemption__campaign", "redemption__account", "transaction__station")
