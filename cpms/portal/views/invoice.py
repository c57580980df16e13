"""The invoice of a session, for the guest who has its link and for the driver whose session it is."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from billing.models import Invoice
from billing.services.invoicing.documents import NoDocument, file_of
from cpms.core.papers import handed_out
from cpms.drivers.selectors import sessions_of
from cpms.drivers.services.receipt_text import invoice_of

from ..own import DriverRequest, driver_page
from .visit import opened


@require_safe
def visit_invoice(request: HttpRequest, token: str, form: str) -> HttpResponse:
    """Of a guest's visit."""
    return _answer(opened(token).invoice, form)


@driver_page
@require_safe
def session_invoice(request: DriverRequest, public_id: str, form: str) -> HttpResponse:
    """Of a driver's own session, if it has one for itself: a fleet's is for the fleet."""
    session = get_object_or_404(sessions_of(request.user), public_id=public_id)
    return _answer(invoice_of(session), form)


def _answer(invoice: Invoice | None, form: str) -> HttpResponse:
    if invoice is None:
        raise Http404("there is no invoice for this session")
    try:
        file = file_of(invoice, form)
    except NoDocument as error:
        raise Http404(str(error)) from None
    return handed_out(file.content, file.media_type, file.name)
