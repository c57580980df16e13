"""`subscription-plans` and `subscriptions`: plans in versions, and who has one."""

from typing import Any

from django.core.exceptions import ValidationError as Refusal
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from billing.filters.subscriptions import SubscriptionFilter
from billing.models import Account, Subscription, SubscriptionPlan
from billing.selectors.subscriptions import subscription_plans_for, subscriptions_for
from billing.services.books.refusals import BooksRefuse
from billing.services.subscriptions.plans import plan_create, plan_offer, version_now, version_publish
from billing.services.subscriptions.subscribing import subscribe, subscription_cancel
from cpms.core.actors import Actor

from ...auth import require
from ...errors import Conflict, Unprocessable
from ...fields import organisation_for
from ...idempotency import once
from ...schema import IDEMPOTENCY_KEY
from ...views import Detail, List, Named
from .subscription_shapes import (
    CancelBody,
    PlanBody,
    PlanPatch,
    SubscribeBody,
    SubscriptionPlanSerializer,
    SubscriptionSerializer,
    VersionBody,
)

_FLEX = {"name": "Flex", "currency": "EUR", "fee_minor": 1000, "included_wh": 50000}


@extend_schema(tags=["subscriptions"])
class Plans(List):
    """All plans; make one."""

    scopes = {"GET": "billing.view", "POST": "billing.edit"}
    selector = subscription_plans_for
    serializer_class = SubscriptionPlanSerializer

    @extend_schema(operation_id="subscription_plans_list", summary="List plans")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request)

    @extend_schema(
        operation_id="subscription_plans_create", summary="Make a plan", request=PlanBody,
        parameters=[IDEMPOTENCY_KEY], responses={201: SubscriptionPlanSerializer},
        examples=[OpenApiExample("50 kWh a month for 10.00", _FLEX, request_only=True)],
    )  # fmt: skip
    def post(self, request: Request) -> Response:
        body = self.read(PlanBody)
        organisation = organisation_for(body, self.viewer, "billing.edit")
        return once(
            request, lambda: self._made(plan_create(organisation, body.pop("name"), self.actor, **body))
        )

    def _made(self, plan: SubscriptionPlan) -> Response:
        return Response(self.show(self.get_queryset().get(pk=plan.pk)), status=status.HTTP_201_CREATED)


@extend_schema(tags=["subscriptions"])
class OnePlan(Detail):
    """One plan."""

    scopes = {"GET": "billing.view", "PATCH": "billing.edit"}
    selector = subscription_plans_for
    serializer_class = SubscriptionPlanSerializer

    @extend_schema(operation_id="subscription_plans_read", summary="Read a plan")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request)

    @extend_schema(
        operation_id="subscription_plans_offer", summary="Offer a plan to drivers, or not any more", request=PlanPatch,
        description="Who has it keeps it.",
    )  # fmt: skip
    def patch(self, request: Request, id: str) -> Response:
        plan_offer(self.row(), self.actor, is_offered=self.read(PlanPatch)["is_offered"])
        return Response(self.show(self.row()))


@extend_schema(tags=["subscriptions"])
class PlanVersions(Named):
    """Versions of a plan."""

    scopes = {"POST": "billing.edit"}
    selector = subscription_plans_for
    serializer_class = SubscriptionPlanSerializer

    @extend_schema(
        operation_id="subscription_plans_publish", summary="Publish a new version of a plan", request=VersionBody,
        description="It is for new subscribers; who has an earlier version keeps it, and its price.",
        parameters=[IDEMPOTENCY_KEY], responses={201: SubscriptionPlanSerializer},
    )  # fmt: skip
    def post(self, request: Request, id: str) -> Response:
        plan, body = self.row(), self.read(VersionBody)
        return once(request, lambda: self._published(plan, body))

    def _published(self, plan: SubscriptionPlan, body: dict[str, Any]) -> Response:
        version_publish(plan, self.actor, **body)
        return Response(self.show(self.row()), status=status.HTTP_201_CREATED)


@extend_schema(tags=["subscriptions"])
class Subscriptions(List):
    """Who has which plan; subscribe an account."""

    scopes = {"GET": "billing.view", "POST": "billing.edit"}
    selector = subscriptions_for
    serializer_class = SubscriptionSerializer
    filterset_class = SubscriptionFilter

    @extend_schema(operation_id="subscriptions_list", summary="List subscriptions")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request)

    @extend_schema(
        operation_id="subscriptions_begin", summary="Let an account have a plan", request=SubscribeBody,
        description="From now on; its first month is charged at once, to the wallet if there is one, and invoiced. 409 "
        "when it has one already or cannot have one.",
        parameters=[IDEMPOTENCY_KEY], responses={201: SubscriptionSerializer},
    )  # fmt: skip
    def post(self, request: Request) -> Response:
        body = self.read(SubscribeBody)
        account, plan = body["account"], body["plan"]
        require(self.viewer, "billing.edit", account.organisation_id)
        if plan.organisation_id != account.organisation_id:
            raise Unprocessable({"plan": ["belongs to another organisation than the account"]})
        return once(request, lambda: self._begun(begun(account, plan, self.actor)))

    def _begun(self, made: Subscription) -> Response:
        return Response(self.show(self.get_queryset().get(pk=made.pk)), status=status.HTTP_201_CREATED)


def begun(account: Account, plan: SubscriptionPlan, actor: Actor) -> Subscription:
    """The new subscription in the plan's newest version. Raises Conflict."""
    version = version_now(plan)
    if version is None:
        raise Conflict("the plan has no version")
    try:
        return subscribe(account, version, actor)
    except Refusal as error:
        raise Conflict(" ".join(error.messages)) from None
    except BooksRefuse as error:
        raise Conflict(str(error)) from None


@extend_schema(tags=["subscriptions"])
class OneSubscription(Detail):
    """One subscription."""

    scopes = {"GET": "billing.view"}
    selector = subscriptions_for
    serializer_class = SubscriptionSerializer

    @extend_schema(operation_id="subscriptions_read", summary="Read a subscription with its months")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request)


@extend_schema(tags=["subscriptions"])
class SubscriptionCancel(Named):
    """Ending a subscription."""

    scopes = {"POST": "billing.edit"}
    selector = subscriptions_for
    serializer_class = SubscriptionSerializer

    @extend_schema(
        operation_id="subscriptions_cancel", summary="Cancel a subscription", request=CancelBody,
        description="It ends with a month of its own, which stays paid. A second time changes nothing.",
    )  # fmt: skip
    def post(self, request: Request, id: str) -> Response:
        row, body = self.row(), self.read(CancelBody)
        subscription_cancel(row, self.actor, waives_terms=body["waives_terms"])
        return Response(self.show(self.row()))
