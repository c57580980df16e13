"""What a person's accounts have to pay, and how."""

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from billing.services.invoicing.documents import NoDocument, file_of
from cpms.core.papers import handed_out
from cpms.drivers.bills import bills_of, paying_accounts_of

from ..bills_told import told
from ..own import DriverRequest, driver_page


@driver_page
@require_safe
def bills(request: DriverRequest) -> HttpResponse:
    """For each account on invoice: what is open, how late, where to pay it."""
    accounts = [told(account) for account in paying_accounts_of(request.user)]
    return render(request, "portal/bills.html", {"accounts": accounts})


@driver_page
@require_safe
def bill_document(request: DriverRequest, public_id: str, form: str) -> HttpResponse:
    """An invoice of such an account as a file."""
    found = get_object_or_404(bills_of(request.user), public_id=public_id)
    try:
        file = file_of(found, form)
    except NoDocument as error:
        raise Http404(str(error)) from None
    return handed_out(file.content, file.media_type, file.name)
