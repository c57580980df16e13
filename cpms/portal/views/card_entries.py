"""Keeping a card for the next time: its owner enters it on the payment provider's own page."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from billing.choices import EntryState
from billing.services.payments.card_entries import card_entry_look
from billing.services.payments.opening import PaymentRefused
from cpms.drivers.services.topping_up import card_enter
from cpms.drivers.wallets import card_accounts_of, card_entries_of

from ..own import DriverRequest, driver_page
from ..pace import is_too_fast
from ..paying import money_page


@driver_page
@require_POST
def card_new(request: DriverRequest, public_id: str) -> HttpResponse:
    """Make the page on which a card of this account is entered."""
    account = get_object_or_404(card_accounts_of(request.user), public_id=public_id)
    if is_too_fast(request, "card"):
        messages.error(
            request, _("You tried very often within a few minutes. Wait ten minutes and try again.")
        )
        return redirect(money_page(account))
    try:
        return redirect("portal:card_entry", card_enter(request.user, account).public_id)
    except PaymentRefused as error:
        messages.error(request, str(error))
        return redirect(money_page(account))


@driver_page
@require_safe
def card_entry(request: DriverRequest, public_id: str) -> HttpResponse:
    """The way to that page, and what came of it: asked of the provider whenever this is opened."""
    found = card_entry_look(get_object_or_404(card_entries_of(request.user), public_id=public_id))
    if found.state == EntryState.OPEN:
        context = {"entry": found, "back": money_page(found.account)}
        return render(request, "portal/card_entry.html", context)
    if found.method is not None and found.method.removed_at is None:
        messages.success(request, _("%s is kept for the next time.") % found.method.label)
    else:
        messages.error(request, _("No card was kept. Try again."))
    return redirect(money_page(found.account))
