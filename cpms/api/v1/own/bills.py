"""`my/bills`: what the accounts whose bills are yours to pay still have to pay."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from billing.services.invoicing.open_items import open_items_of
from cpms.drivers.bills import paying_accounts_of

from ...auth import ANYBODY
from ...own import Own
from ...views import check_parameters
from ..money.open_items import OpenItemSerializer


@extend_schema(tags=["my"])
class OwnBills(Own):
    """What is still to be paid."""

    scopes = {"GET": ANYBODY}
    own = paying_accounts_of
    serializer_class = OpenItemSerializer
    pagination_class = None
    filter_backends = []

    @extend_schema(
        operation_id="my_bills",
        summary="Invoices that you have to pay, the oldest of each account first",
        description="Of accounts on invoice that you own or administer. Payments count for the oldest invoice first.",
        responses=OpenItemSerializer(many=True),
    )
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        check_parameters(request, set())
        items = [item for account in self.get_queryset() for item in open_items_of(account)]
        return Response(OpenItemSerializer(items, many=True).data)
