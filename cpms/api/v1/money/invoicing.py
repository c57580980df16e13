"""`invoice-dues` and `invoice-issuer`: what has not been invoiced yet, and who sells."""

from typing import Any

from django.core.exceptions import ValidationError
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from billing.models import Account
from billing.selectors.accounts import accounts_for, parties_for
from billing.services.accounts.parties import account_change
from billing.services.books.refusals import BooksRefuse
from billing.services.invoicing.due import dues
from billing.services.invoicing.issuer import issuer_of, issuer_save
from billing.services.invoicing.run import NoIssuer, account_invoice
from cpms.accounts.models import Organisation

from ...auth import require
from ...errors import Conflict
from ...idempotency import once
from ...schema import IDEMPOTENCY_KEY
from ...views import Named, Resource, check_parameters
from .invoice_shapes import (
    DueSerializer,
    InvoiceCycleBody,
    InvoiceSerializer,
    IssuerBody,
    IssuerSerializer,
)
from .invoices import refused


@extend_schema(tags=["invoices"])
class InvoiceDues(Resource):
    """What is on no invoice yet."""

    scopes = {"GET": "billing.view"}
    selector = accounts_for
    serializer_class = DueSerializer
    pagination_class = None
    filter_backends = []

    @extend_schema(
        operation_id="invoice_dues_list",
        summary="Sessions on no invoice yet, by account",
        responses=DueSerializer(many=True),
    )
    def get(self, request: Request) -> Response:
        check_parameters(request, set())
        return Response(
            DueSerializer(dues(self.get_queryset().select_related("organisation")), many=True).data
        )


@extend_schema(tags=["invoices"])
class AccountInvoice(Named):
    """Invoicing an account now."""

    scopes = {"POST": "billing.edit", "PUT": "billing.edit"}
    selector = accounts_for
    serializer_class = InvoiceSerializer

    @extend_schema(
        operation_id="accounts_invoice",
        summary="Invoice the account now, whatever its cycle",
        description="Issued at once, unless the tax that was charged does not fit the tax table: then it is a draft,"
        " and `held_because` says why. 409 when nothing is due, or it is not known who sells.",
        request=None,
        parameters=[IDEMPOTENCY_KEY],
        responses={201: InvoiceSerializer},
    )
    def post(self, request: Request, id: str) -> Response:
        account = self.row()
        return once(request, lambda: self._invoice(account))

    def _invoice(self, account: Account) -> Response:
        try:
            made = account_invoice(account, None, self.actor)
        except NoIssuer as error:
            raise Conflict(str(error)) from None
        except (BooksRefuse, ValidationError) as error:
            raise refused(error) from None
        if made is None:
            raise Conflict("nothing is due")
        return Response(self.show(made), status=201)

    @extend_schema(
        operation_id="accounts_invoice_cycle",
        summary="How often an account on invoice is invoiced",
        request=InvoiceCycleBody,
        responses={204: None},
    )
    def put(self, request: Request, id: str) -> Response:
        account = self.row()
        account_change(account, self.actor, invoice_cycle=self.read(InvoiceCycleBody)["cycle"])
        return Response(status=204)


@extend_schema(tags=["invoices"])
class InvoiceIssuer(Resource):
    """Who sells, for callers of one organisation."""

    scopes = {"GET": "billing.view", "PUT": "billing.edit"}
    selector = parties_for
    serializer_class = IssuerSerializer
    pagination_class = None
    filter_backends = []

    @extend_schema(
        operation_id="invoice_issuer_read",
        summary="Who sells",
        responses={200: IssuerSerializer, 404: OpenApiResponse(description="Nobody wrote it down yet.")},
    )
    def get(self, request: Request) -> Response:
        found = issuer_of(self._organisation("billing.view").pk)
        if found is None:
            raise NotFound("nobody wrote down who sells")
        return Response(self.show(found))

    @extend_schema(operation_id="invoice_issuer_save", summary="Write down who sells", request=IssuerBody)
    def put(self, request: Request) -> Response:
        organisation = self._organisation("billing.edit")
        body: dict[str, Any] = self.read(IssuerBody)
        return Response(self.show(issuer_save(organisation, self.actor, **body)))

    def _organisation(self, scope: str) -> Organisation:
        known = self.viewer.organisations(scope)
        if len(known) != 1:
            raise Conflict("you belong to several organisations: use a key of one of them")
        require(self.viewer, scope, known[0])
        return Organisation.objects.get(pk=known[0])
