"""`my/sessions/{id}/invoice`: the invoice of one of your sessions, byte for byte."""

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.exceptions import NotFound
from rest_framework.request import Request

from billing.services.invoicing.documents import FORMATS, NoDocument, file_of
from cpms.core.papers import handed_out
from cpms.drivers.history import rows_of
from cpms.drivers.selectors import sessions_of
from cpms.drivers.services.receipt_text import invoice_of

from ...auth import ANYBODY
from ...own import OwnNamed


@extend_schema(tags=["my"])
class OwnSessionInvoice(OwnNamed):
    """The invoice of a session."""

    scopes = {"GET": ANYBODY}
    own = sessions_of
    told = rows_of

    @extend_schema(
        operation_id="my_sessions_invoice",
        summary="The invoice of one of your sessions as a file",
        description="`form` is one of "
        + ", ".join(f"`{form}`" for form in FORMATS)
        + ". 404 where the session has no"
        " invoice for itself: a fleet's month is for the fleet.",
        responses={200: OpenApiResponse(OpenApiTypes.BINARY, "The file.")},
    )
    def get(self, request: Request, id: str, form: str) -> HttpResponse:
        invoice = invoice_of(self.row())
        if invoice is None:
            raise NotFound("there is no invoice for this session")
        try:
            file = file_of(invoice, form)
        except NoDocument as error:
            raise NotFound(str(error)) from None
        return handed_out(file.content, file.media_type, file.name)
