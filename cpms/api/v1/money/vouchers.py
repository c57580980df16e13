"""`voucher-campaigns` and `vouchers`: campaigns with their codes, and what accounts redeemed."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from billing.filters.vouchers import VoucherFilter
from billing.models import Account, VoucherCampaign, VoucherCode, VoucherRedemption
from billing.selectors.vouchers import voucher_campaigns_for, voucher_codes_for, voucher_redemptions_for
from billing.services.vouchers.campaigns import campaign_create, campaign_stop, codes_make
from billing.services.vouchers.redeeming import NotRedeemed, voucher_redeem
from cpms.core.actors import Actor

from ...auth import require
from ...errors import Conflict
from ...fields import organisation_for
from ...idempotency import once
from ...schema import IDEMPOTENCY_KEY
from ...views import Detail, List, Named, by_ref
from .voucher_shapes import (
    CodesBody,
    RedeemBody,
    VoucherCampaignBody,
    VoucherCampaignSerializer,
    VoucherCodeSerializer,
    VoucherRedemptionSerializer,
)

_FIVE = {
    "name": "Spring", "kind": "credit", "currency": "EUR", "amount_minor": 500, "starts_at": "2026-03-01T00:00:00Z",
    "ends_at": "2026-06-01T00:00:00Z", "count": 100,
}  # fmt: skip


@extend_schema(tags=["vouchers"])
class Campaigns(List):
    """All campaigns; make one."""

    scopes = {"GET": "billing.view", "POST": "billing.edit"}
    selector = voucher_campaigns_for
    serializer_class = VoucherCampaignSerializer

    @extend_schema(operation_id="voucher_campaigns_list", summary="List voucher campaigns")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request)

    @extend_schema(
        operation_id="voucher_campaigns_create", summary="Make a voucher campaign", request=VoucherCampaignBody,
        description="With one code for everybody (`code`) or so many for single use (`count`). What it promises never "
        "changes.",
        parameters=[IDEMPOTENCY_KEY], responses={201: VoucherCampaignSerializer},
        examples=[OpenApiExample("A hundred codes for 5.00 each", _FIVE, request_only=True)],
    )  # fmt: skip
    def post(self, request: Request) -> Response:
        body = self.read(VoucherCampaignBody)
        organisation = organisation_for(body, self.viewer, "billing.edit")
        return once(request, lambda: self._made(campaign_create(organisation, self.actor, **body)))

    def _made(self, campaign: VoucherCampaign) -> Response:
        return Response(self.show(self.get_queryset().get(pk=campaign.pk)), status=status.HTTP_201_CREATED)


@extend_schema(tags=["vouchers"])
class OneCampaign(Detail):
    """One campaign."""

    scopes = {"GET": "billing.view"}
    selector = voucher_campaigns_for
    serializer_class = VoucherCampaignSerializer

    @extend_schema(operation_id="voucher_campaigns_read", summary="Read a voucher campaign")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request)


@extend_schema(tags=["vouchers"])
class CampaignStop(Named):
    """Stopping a campaign."""

    scopes = {"POST": "billing.edit"}
    selector = voucher_campaigns_for
    serializer_class = VoucherCampaignSerializer

    @extend_schema(
        operation_id="voucher_campaigns_stop", summary="Let nobody redeem its codes any more", request=None,
        description="Who has redeemed one keeps what it gives. A second time changes nothing.",
        responses=VoucherCampaignSerializer,
    )  # fmt: skip
    def post(self, request: Request, id: str) -> Response:
        campaign_stop(self.row(), self.actor)
        return Response(self.show(self.row()))


@extend_schema(tags=["vouchers"])
class Codes(List):
    """The codes of a campaign; make more."""

    scopes = {"GET": "billing.edit", "POST": "billing.edit"}
    selector = voucher_campaigns_for
    serializer_class = VoucherCodeSerializer

    def get_queryset(self) -> QuerySet[VoucherCode]:
        if getattr(self, "swagger_fake_view", False):
            return VoucherCode.objects.none()
        return voucher_codes_for(self.viewer).filter(campaign=self._campaign())

    def _campaign(self) -> VoucherCampaign:
        found = by_ref(voucher_campaigns_for(self.viewer), self.kwargs["id"])
        self.check_object_permissions(self.request, found)
        return found

    @extend_schema(
        operation_id="voucher_campaigns_codes", summary="List the codes of a campaign",
        description="Who has a code can redeem it: reading them needs the permission to make them.",
    )  # fmt: skip
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request)

    @extend_schema(
        operation_id="voucher_campaigns_codes_make", summary="Make more codes for single use", request=CodesBody,
        parameters=[IDEMPOTENCY_KEY], responses={201: VoucherCodeSerializer(many=True)},
    )  # fmt: skip
    def post(self, request: Request, id: str) -> Response:
        campaign, body = self._campaign(), self.read(CodesBody)
        return once(request, lambda: self._more(campaign, body["count"]))

    def _more(self, campaign: VoucherCampaign, count: int) -> Response:
        made = codes_make(campaign, count, self.actor)
        return Response(VoucherCodeSerializer(made, many=True).data, status=status.HTTP_201_CREATED)


@extend_schema(tags=["vouchers"])
class Vouchers(List):
    """What accounts redeemed; redeem a code for one."""

    scopes = {"GET": "billing.view", "POST": "billing.edit"}
    selector = voucher_redemptions_for
    serializer_class = VoucherRedemptionSerializer
    filterset_class = VoucherFilter

    @extend_schema(operation_id="vouchers_list", summary="List what was redeemed, with what is left")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request)

    @extend_schema(
        operation_id="vouchers_redeem", summary="Redeem a code for an account", request=RedeemBody,
        description="For sessions that begin from now on. 409 with the reason when the code gives the account nothing.",
        parameters=[IDEMPOTENCY_KEY], responses={201: VoucherRedemptionSerializer},
    )  # fmt: skip
    def post(self, request: Request) -> Response:
        body = self.read(RedeemBody)
        require(self.viewer, "billing.edit", body["account"].organisation_id)
        return once(request, lambda: self._redeemed(body["account"], body["code"]))

    def _redeemed(self, account: Account, code: str) -> Response:
        made = redeemed(account, code, self.actor)
        return Response(self.show(self.get_queryset().get(pk=made.pk)), status=status.HTTP_201_CREATED)


def redeemed(account: Account, code: str, actor: Actor) -> VoucherRedemption:
    """The new redemption. Raises Conflict."""
    try:
        return voucher_redeem(account, code, actor)
    except NotRedeemed as refused:
        raise Conflict(str(refused)) from None


@extend_schema(tags=["vouchers"])
class OneVoucher(Detail):
    """One redemption."""

    scopes = {"GET": "billing.view"}
    selector = voucher_redemptions_for
    serializer_class = VoucherRedemptionSerializer

    @extend_schema(operation_id="vouchers_read", summary="Read what an account redeemed, with what is left")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request)
