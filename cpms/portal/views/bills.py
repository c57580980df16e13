"""What a person's accounts have to pay, and how."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from billing.models import PaymentIntent
from billing.services.invoicing.documents import NoDocument, file_of
from billing.services.payments.calls import payment_drive
from billing.services.payments.card_entries import keeps_cards
from billing.services.payments.opening import PaymentRefused
from cpms.core.papers import handed_out
from cpms.drivers.bills import bills_of, paying_accounts_of
from cpms.drivers.places import takes_guests
from cpms.drivers.services.bill_paying import bill_pay
from cpms.drivers.wallets import bill_payments_of, stored_cards_of

from ..own import DriverRequest, driver_page
from ..pace import is_too_fast
from ..told.bills import payment_words, told
from .own_payments import Kind, back_of, bank_of, page_of


@driver_page
@require_safe
def bills(request: DriverRequest) -> HttpResponse:
    """For each account on invoice: what is open, how late, where to pay it."""
    user = request.user
    accounts = [(told(account), list(stored_cards_of(user, account))) for account in paying_accounts_of(user)]
    context = {"accounts": accounts, "takes_cards": takes_guests(), "can_keep": keeps_cards()}
    return render(request, "portal/bills.html", context)


@driver_page
@require_POST
def bill_card(request: DriverRequest, public_id: str) -> HttpResponse:
    """Pay what is open of an invoice, from a stored card or one that is entered now."""
    found = get_object_or_404(bills_of(request.user), public_id=public_id)
    cards = stored_cards_of(request.user, found.account)
    method = cards.filter(public_id=request.POST.get("card", "")).first()
    if is_too_fast(request, "bill"):
        messages.error(
            request, _("You tried very often within a few minutes. Wait ten minutes and try again.")
        )
        return redirect("portal:bills")
    try:
        payment = bill_pay(request.user, found, method)
    except PaymentRefused as error:
        messages.error(request, str(error))
        return redirect("portal:bills")
    payment_drive(payment.pk)
    return redirect("portal:bill_payment", payment.public_id)


def _told(_request: DriverRequest, found: PaymentIntent) -> dict[str, Any]:
    return {"told": payment_words(found)}


BILL = Kind(bill_payments_of, _told, "bill_payment", "portal/bill_payment.html")
bill_payment, bill_payment_bank, bill_payment_back = page_of(BILL), bank_of(BILL), back_of(BILL)


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
