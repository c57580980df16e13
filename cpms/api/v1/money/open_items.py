"""`open-items`: invoices that customers still have to pay, with their age."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from billing.books.aging import AGES
from billing.selectors.accounts import accounts_with_money
from billing.services.invoicing.open_items import open_items

from ...fields import public_id
from ...views import Resource, check_parameters

_AGES = [(name, name) for name, _ in AGES]


class OpenItemSerializer(serializers.Serializer[Any]):
    """An invoice that is not paid, or not whole. Amounts are minor units of `currency`."""

    invoice = public_id(source="invoice")
    code = serializers.CharField(source="invoice.code")
    account = public_id(source="account")
    currency = serializers.CharField(source="invoice.currency")
    due_on = serializers.DateField(source="invoice.due_on")
    payable_minor = serializers.IntegerField(source="invoice.payable_minor")
    open_minor = serializers.IntegerField()
    days_overdue = serializers.IntegerField(help_text="Below 1 until its day has passed.")
    age = serializers.ChoiceField(_AGES)


@extend_schema(tags=["invoices"])
class OpenItems(Resource):
    """What is still to be paid."""

    scopes = {"GET": "billing.view"}
    selector = accounts_with_money
    serializer_class = OpenItemSerializer
    pagination_class = None
    filter_backends = []

    @extend_schema(
        operation_id="open_items_list",
        summary="Invoices that are still to be paid, the oldest first",
        description="Of accounts on invoice. Payments count for the oldest invoice first.",
        responses=OpenItemSerializer(many=True),
    )
    def get(self, request: Request) -> Response:
        check_parameters(request, set())
        return Response(OpenItemSerializer(open_items(self.get_queryset()), many=True).data)
