"""`invoices`: reading them, issuing and discarding drafts, giving money back, handing out documents."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from billing.filters.invoices import InvoiceFilter
from billing.models import Invoice
from billing.selectors.invoices import invoices_for
from billing.services.books.refusals import BooksRefuse
from billing.services.invoicing.documents import FORMATS, NoDocument, file_of
from billing.services.invoicing.giving_back import invoice_give_back
from billing.services.invoicing.invoices import draft_discard, invoice_issue
from cpms.accounts.viewer import Viewer
from cpms.core.papers import handed_out

from ...errors import Conflict
from ...idempotency import once
from ...schema import IDEMPOTENCY_KEY
from ...views import Detail, List, Named
from .invoice_shapes import CreditBody, InvoiceSerializer, InvoiceToldSerializer


def invoices_told(viewer: Viewer) -> QuerySet[Invoice]:
    """The viewer's invoices with all their parts."""
    return invoices_for(viewer).prefetch_related("lines__charge__transaction", "tax_lines", "documents")


def refused(error: BooksRefuse | ValidationError) -> Conflict:
    """A refusal of the books as a problem."""
    return Conflict("; ".join(error.messages) if isinstance(error, ValidationError) else str(error))


@extend_schema(tags=["invoices"])
class Invoices(List):
    """All invoices and credit notes, newest first."""

    scopes = {"GET": "billing.view"}
    selector = invoices_for
    serializer_class = InvoiceSerializer
    filterset_class = InvoiceFilter

    @extend_schema(operation_id="invoices_list", summary="List invoices and credit notes")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request)


@extend_schema(tags=["invoices"])
class OneInvoice(Detail):
    """One invoice; a draft can be discarded."""

    scopes = {"GET": "billing.view", "DELETE": "billing.edit"}
    selector = invoices_told
    serializer_class = InvoiceToldSerializer

    @extend_schema(
        operation_id="invoices_read", summary="Read an invoice with its lines, taxes and documents"
    )
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request)

    @extend_schema(
        operation_id="invoices_discard",
        summary="Discard a draft",
        description="Its sessions can be invoiced again. 409 once it is issued.",
        responses={204: None},
    )
    def delete(self, request: Request, id: str) -> Response:
        found = self.row()
        try:
            draft_discard(found)
        except BooksRefuse as error:
            raise refused(error) from None
        return Response(status=204)


@extend_schema(tags=["invoices"])
class InvoiceIssue(Named):
    """Issuing a draft."""

    scopes = {"POST": "billing.edit"}
    selector = invoices_told
    serializer_class = InvoiceToldSerializer

    @extend_schema(
        operation_id="invoices_issue",
        summary="Issue a draft with the next number",
        description="Also one that was held because its tax did not fit the tax table: as it is. A repeat returns it.",
        request=None,
        parameters=[IDEMPOTENCY_KEY],
    )
    def post(self, request: Request, id: str) -> Response:
        found = self.row()
        return once(request, lambda: self._issue(found))

    def _issue(self, found: Invoice) -> Response:
        try:
            issued = invoice_issue(found, self.actor)
        except (BooksRefuse, ValidationError) as error:
            raise refused(error) from None
        return Response(self.show(self.get_queryset().get(pk=issued.pk)))


@extend_schema(tags=["invoices"])
class InvoiceCreditNotes(Named):
    """Giving money back."""

    scopes = {"POST": "billing.edit"}
    selector = invoices_told
    serializer_class = InvoiceToldSerializer

    @extend_schema(
        operation_id="invoices_credit",
        summary="Give parts of lines back, with a credit note",
        description="Into the wallet, or off what is owed; booked and issued at once. What a guest's card paid goes"
        " back by a refund of its payment, and its credit note follows by itself. 409 when less than that is left.",
        request=CreditBody,
        parameters=[IDEMPOTENCY_KEY],
        responses={201: InvoiceToldSerializer},
    )
    def post(self, request: Request, id: str) -> Response:
        found, body = self.row(), self.read(CreditBody)
        return once(request, lambda: self._credit(found, body))

    def _credit(self, found: Invoice, body: dict[str, Any]) -> Response:
        wanted = {line["position"]: line["gross_minor"] for line in body["lines"]}
        try:
            note = invoice_give_back(found, wanted, body["reason"], self.actor)
        except (BooksRefuse, ValidationError) as error:
            raise refused(error) from None
        return Response(self.show(self.get_queryset().get(pk=note.pk)), status=201)


@extend_schema(tags=["invoices"])
class InvoiceFile(Named):
    """A document, byte for byte."""

    scopes = {"GET": "billing.view"}
    selector = invoices_for

    @extend_schema(
        operation_id="invoices_file",
        summary="The document as a file",
        description="`form` is one of "
        + ", ".join(f"`{form}`" for form in FORMATS)
        + ". Made once; its SHA-256 is"
        " under `documents` of the invoice. 404 for drafts, and where this server cannot make the form.",
        responses={200: OpenApiResponse(OpenApiTypes.BINARY, "The file.")},
    )
    def get(self, request: Request, id: str, form: str) -> HttpResponse:
        found = self.row()
        try:
            file = file_of(found, form)
        except NoDocument as error:
            raise NotFound(str(error)) from None
        return handed_out(file.content, file.media_type, file.name)
