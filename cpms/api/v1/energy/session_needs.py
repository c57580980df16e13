"""`transactions/{id}/need`: what the car of a session needs by when, and what is known of it."""

from typing import Any

from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from chargers.selectors.transactions import transactions_for
from cpms.api.errors import Conflict
from cpms.api.fields import PatchBody
from cpms.api.v1.energy.need_shapes import SUN, NeedSerializer, energy_field, priority_field
from cpms.api.views import Named
from cpms.core import clock
from smartcharging.inputs.choices import NeedSource
from smartcharging.inputs.needs.progress import progress_by_meter
from smartcharging.inputs.needs.resolving import Wanted
from smartcharging.inputs.needs.saying import SessionOver, need_clear, need_of, need_set


class TransactionNeedSerializer(NeedSerializer):
    """The same with how far charging is."""

    left_wh = serializers.SerializerMethodField(
        help_text="What is still to come of `energy_wh`; null unless it runs and somebody said one."
    )

    def get_left_wh(self, wanted: Wanted) -> int | None:
        progress = progress_by_meter(self.context["transaction"], clock.now())
        return progress.left_wh if progress else None


class NeedBody(PatchBody):
    """What is said of a session; null takes a figure back, what is left out stays."""

    energy_wh = energy_field()
    departs_at = serializers.DateTimeField(allow_null=True)
    soon_wh = energy_field("So much of it as fast as possible; Wh.")
    priority = priority_field()
    charge_now = serializers.BooleanField(allow_null=True)
    sun_only = serializers.BooleanField(allow_null=True, help_text=SUN)


@extend_schema(tags=["needs"])
class TransactionNeed(Named):
    """What the car of one session needs."""

    scopes = {"GET": "transactions.view", "PATCH": "needs.edit", "DELETE": "needs.edit"}
    selector = transactions_for
    serializer_class = TransactionNeedSerializer

    def _shown(self, transaction: Any) -> Response:
        told = need_of(transaction, clock.now())
        return Response(TransactionNeedSerializer(told, context={"transaction": transaction}).data)

    @extend_schema(operation_id="transaction_need_read", summary="What a car is taken to need")
    def get(self, request: Request, id: str) -> Response:
        return self._shown(self.row())

    @extend_schema(
        operation_id="transaction_need_say",
        summary="Say what a car needs",
        description="Said as the operator: the car's own word and the driver's count more.",
        request=NeedBody,
        responses=TransactionNeedSerializer,
        examples=[
            OpenApiExample(
                "40 kWh by half past seven",
                {"energy_wh": 40000, "departs_at": "2026-11-22T06:30:00Z"},
                request_only=True,
            )
        ],
    )
    def patch(self, request: Request, id: str) -> Response:
        transaction = self.row()
        try:
            need_set(transaction, NeedSource.OPERATOR, self.actor, **self.read(NeedBody))
        except SessionOver as error:
            raise Conflict(str(error)) from None
        return self._shown(transaction)

    @extend_schema(
        operation_id="transaction_need_take_back",
        summary="Take back what was said",
        responses={200: TransactionNeedSerializer},
    )
    def delete(self, request: Request, id: str) -> Response:
        transaction = self.row()
        need_clear(transaction, NeedSource.OPERATOR, self.actor)
        return self._shown(transaction)
