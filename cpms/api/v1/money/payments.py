"""`payments`: what is held and captured of whose money, and giving it back."""

from typing import Any

from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from billing.filters.payments import PaymentFilter
from billing.models import PaymentIntent, Refund
from billing.selectors.payments import payments_for
from billing.services.books.refusals import BooksRefuse
from billing.services.payments.opening import PaymentRefused
from billing.services.payments.refunds import refund_open
from billing.services.payments.settling import payment_release
from billing.services.payments.story import moments

from ...errors import Conflict
from ...fields import Body, Text, public_id
from ...idempotency import once
from ...schema import IDEMPOTENCY_KEY
from ...views import Detail, List, Named


class RefundSerializer(serializers.ModelSerializer[Refund]):
    """A part of a payment given back; one that failed is taken back in the books."""

    id = public_id()
    payment = public_id(source="intent")

    class Meta:
        model = Refund
        fields = ["id", "payment", "amount_minor", "reason", "state", "created_at"]


class PaymentSerializer(serializers.ModelSerializer[PaymentIntent]):
    """A payment. Amounts are minor units of `currency`; `wish` is what we want, `state` what came of it."""

    id = public_id()
    account = public_id(source="account", allow_null=True)
    station = public_id(source="station", allow_null=True)
    transaction = public_id(source="transaction", allow_null=True)
    invoice = public_id(source="invoice", allow_null=True)

    class Meta:
        model = PaymentIntent
        fields = [
            "id", "purpose", "state", "wish", "provider", "provider_ref", "account", "station", "evse_no",
            "transaction", "invoice", "currency", "requested_minor", "authorised_minor", "settle_minor",
            "captured_minor", "refunded_minor", "failure", "release_reason", "created_at", "authorised_at",
            "captured_at", "expires_at", "ended_at",
        ]  # fmt: skip


class MomentSerializer(serializers.Serializer[Any]):
    """One thing that happened to a payment."""

    at = serializers.DateTimeField()
    what = serializers.CharField()
    minor = serializers.IntegerField(allow_null=True)
    note = serializers.CharField()


class PaymentToldSerializer(PaymentSerializer):
    """A payment with its refunds and everything that happened to it, the earliest first."""

    refunds = RefundSerializer(many=True)
    history = serializers.SerializerMethodField()

    class Meta(PaymentSerializer.Meta):
        fields = [*PaymentSerializer.Meta.fields, "refunds", "history"]

    @extend_schema_field(MomentSerializer(many=True))
    def get_history(self, intent: PaymentIntent) -> Any:
        return MomentSerializer(moments(intent), many=True).data


class RefundBody(Body):
    """How much to give back, and why."""

    amount_minor = serializers.IntegerField(
        min_value=1, max_value=2**53, help_text="In minor units of the payment's currency."
    )
    reason = Text(max_length=255)


class ReleaseBody(Body):
    """Why the hold is released."""

    reason = Text(max_length=255)


@extend_schema(tags=["payments"])
class Payments(List):
    """All payments, newest first."""

    scopes = {"GET": "billing.view"}
    selector = payments_for
    serializer_class = PaymentSerializer
    filterset_class = PaymentFilter

    @extend_schema(operation_id="payments_list", summary="List payments")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request)


@extend_schema(tags=["payments"])
class OnePayment(Detail):
    """One payment."""

    scopes = {"GET": "billing.view"}
    selector = payments_for
    serializer_class = PaymentToldSerializer

    @extend_schema(operation_id="payments_read", summary="Read a payment and everything that happened to it")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request)


@extend_schema(tags=["payments"])
class PaymentRefunds(Named):
    """Giving money back."""

    scopes = {"POST": "billing.edit"}
    selector = payments_for
    serializer_class = RefundSerializer

    @extend_schema(
        operation_id="payments_refund",
        summary="Give a part of a payment back",
        description="Booked at once; the provider is asked within seconds. Send an Idempotency-Key: without one, a "
        "repeat is a second refund. 409 when less than that is left, or the payment is disputed.",
        request=RefundBody,
        parameters=[IDEMPOTENCY_KEY],
        responses={201: RefundSerializer},
    )
    def post(self, request: Request, id: str) -> Response:
        payment, body = self.row(), self.read(RefundBody)
        return once(request, lambda: self._refund(payment, body))

    def _refund(self, payment: PaymentIntent, body: dict[str, Any]) -> Response:
        try:
            refund = refund_open(payment, body["amount_minor"], body["reason"], self.actor)
        except (PaymentRefused, BooksRefuse) as error:
            raise Conflict(str(error)) from None
        return Response(self.show(refund), status=201)


@extend_schema(tags=["payments"])
class PaymentRelease(Named):
    """Releasing a hold."""

    scopes = {"POST": "billing.edit"}
    selector = payments_for
    serializer_class = PaymentSerializer

    @extend_schema(
        operation_id="payments_release",
        summary="Release a hold, or give up a payment that waits for its payer",
        description="409 when nothing is held any more, or a session is paid by it.",
        request=ReleaseBody,
        parameters=[IDEMPOTENCY_KEY],
    )
    def post(self, request: Request, id: str) -> Response:
        payment, body = self.row(), self.read(ReleaseBody)
        return once(request, lambda: self._release(payment, body["reason"]))

    def _release(self, payment: PaymentIntent, reason: str) -> Response:
        try:
            return Response(self.show(payment_release(payment, self.actor, reason)))
        except PaymentRefused as error:
            raise Conflict(str(error)) from None
