"""`my/vouchers`: redeeming codes for your own account, and what is left."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from cpms.drivers.services.joining import actor_of
from cpms.drivers.vouchers import redeeming_accounts_of, vouchers_of

from ...auth import ANYBODY
from ...idempotency import once
from ...own import OwnList
from ...schema import IDEMPOTENCY_KEY
from ...views import by_ref
from ..money.voucher_shapes import OwnRedeemBody, VoucherRedemptionSerializer
from ..money.vouchers import redeemed


@extend_schema(tags=["my"])
class OwnVouchers(OwnList):
    """Vouchers of your accounts."""

    scopes = {"GET": ANYBODY, "POST": ANYBODY}
    own = vouchers_of
    serializer_class = VoucherRedemptionSerializer

    @extend_schema(operation_id="my_vouchers_list", summary="List your vouchers with what is left of them")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request)

    @extend_schema(
        operation_id="my_vouchers_redeem", summary="Redeem a code for one of your accounts", request=OwnRedeemBody,
        description="For sessions that begin from now on. 409 with the reason when the code gives the account nothing.",
        parameters=[IDEMPOTENCY_KEY], responses={201: VoucherRedemptionSerializer},
    )  # fmt: skip
    def post(self, request: Request) -> Response:
        body = self.read(OwnRedeemBody)
        account = by_ref(redeeming_accounts_of(self.user), body["account"])
        return once(request, lambda: self._redeemed(redeemed(account, body["code"], actor_of(self.user)).pk))

    def _redeemed(self, key: int) -> Response:
        return Response(self.show(self.get_queryset().get(pk=key)), status=status.HTTP_201_CREATED)
