"""`my/subscriptions`: choosing, reading and cancelling a plan of your own account."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from billing.services.subscriptions.subscribing import subscription_cancel
from cpms.drivers.services.joining import actor_of
from cpms.drivers.subscriptions import plans_of, subscribing_accounts_of, subscriptions_of

from ...auth import ANYBODY
from ...idempotency import once
from ...own import OwnDetail, OwnList, OwnNamed
from ...schema import IDEMPOTENCY_KEY
from ...views import by_ref
from ..money.subscription_shapes import OfferSerializer, OwnSubscribeBody, SubscriptionSerializer
from ..money.subscriptions import begun


@extend_schema(tags=["my"])
class OwnPlans(OwnList):
    """Plans you can choose."""

    scopes = {"GET": ANYBODY}
    own = plans_of
    serializer_class = OfferSerializer

    @extend_schema(operation_id="my_subscription_plans", summary="List the plans you can choose")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request)


@extend_schema(tags=["my"])
class OwnSubscriptions(OwnList):
    """Subscriptions of your accounts."""

    scopes = {"GET": ANYBODY, "POST": ANYBODY}
    own = subscriptions_of
    serializer_class = SubscriptionSerializer

    @extend_schema(operation_id="my_subscriptions_list", summary="List your subscriptions")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request)

    @extend_schema(
        operation_id="my_subscriptions_begin", summary="Choose a plan for one of your accounts",
        description="From now on; the first month is charged at once. 409 when the account has a plan already.",
        request=OwnSubscribeBody, parameters=[IDEMPOTENCY_KEY], responses={201: SubscriptionSerializer},
    )  # fmt: skip
    def post(self, request: Request) -> Response:
        body = self.read(OwnSubscribeBody)
        account = by_ref(subscribing_accounts_of(self.user), body["account"])
        plan = by_ref(plans_of(self.user).filter(organisation=account.organisation), body["plan"])
        return once(request, lambda: self._begun(begun(account, plan, actor_of(self.user)).pk))

    def _begun(self, key: int) -> Response:
        return Response(self.show(self.get_queryset().get(pk=key)), status=status.HTTP_201_CREATED)


@extend_schema(tags=["my"])
class OwnSubscription(OwnDetail):
    """One of your subscriptions."""

    scopes = {"GET": ANYBODY}
    own = subscriptions_of
    serializer_class = SubscriptionSerializer

    @extend_schema(operation_id="my_subscriptions_read", summary="One of your subscriptions with its months")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request)


@extend_schema(tags=["my"])
class OwnSubscriptionCancel(OwnNamed):
    """Ending one of your subscriptions."""

    scopes = {"POST": ANYBODY}
    own = subscriptions_of
    serializer_class = SubscriptionSerializer

    @extend_schema(
        operation_id="my_subscriptions_cancel", summary="Cancel one of your subscriptions", request=None,
        description="It ends with the month that its minimum term and notice allow.",
    )  # fmt: skip
    def post(self, request: Request, id: str) -> Response:
        subscription_cancel(self.row(), actor_of(self.user))
        return Response(self.show(self.row()))
