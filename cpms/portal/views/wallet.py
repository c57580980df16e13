"""A driver's wallet: what is in it, putting money in, the cards kept for that."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from billing.models import Account, PaymentIntent
from billing.services.books.ledger import receivable_minor, wallet_minor
from billing.services.payments.calls import payment_drive
from billing.services.payments.card_entries import keeps_cards
from billing.services.payments.methods import method_remove
from billing.services.payments.opening import PaymentRefused
from billing.tariffs.numbers import money_text
from cpms.drivers.places import takes_guests
from cpms.drivers.services.joining import actor_of
from cpms.drivers.services.topping_up import wallet_top_up
from cpms.drivers.wallets import (
    card_accounts_of,
    cards_of,
    stored_cards_of,
    top_ups_of,
    wallet_lines,
    wallets_of,
)

from ..forms.wallet import TopUpForm
from ..own import DriverRequest, driver_page
from ..pace import is_too_fast
from ..paying import money_page
from ..told.wallet import moves
from ..told.wallet import top_up as told
from .landing import CHARGER
from .own_payments import Kind, back_of, bank_of, page_of

_SHOWN = 30


@driver_page
@require_http_methods(["GET", "HEAD", "POST"])
def wallet(request: DriverRequest, public_id: str) -> HttpResponse:
    """What is in it and what moved; on POST a top-up begins."""
    account = get_object_or_404(wallets_of(request.user), public_id=public_id)
    cards = stored_cards_of(request.user, account)
    can_keep = keeps_cards() and card_accounts_of(request.user).filter(pk=account.pk).exists()
    form = TopUpForm(account, cards, request.POST or None, new=takes_guests(), can_keep=can_keep)
    if request.method == "POST" and form.is_valid():
        answer = _opened(request, account, form)
        if answer is not None:
            return answer
    context = _context(account) | {"form": form, "cards": cards, "can_pay": takes_guests() or cards.exists()}
    context["can_keep"] = can_keep
    return render(request, "portal/wallet.html", context, status=422 if form.errors else 200)


def _context(account: Account) -> dict[str, Any]:
    owed = receivable_minor(account)
    return {
        "account": account,
        "balance": money_text(wallet_minor(account), account.currency),
        "owed": money_text(owed, account.currency) if owed > 0 else "",
        "moves": moves(wallet_lines(account)[:_SHOWN]),
    }


def _opened(request: DriverRequest, account: Account, form: TopUpForm) -> HttpResponse | None:
    """The way to the new top-up; None when the form says why not."""
    if is_too_fast(request, "top_up"):
        form.add_error(None, _("You tried very often within a few minutes. Wait ten minutes and try again."))
        return None
    try:
        card, keeps = form.cleaned_data.get("card"), form.cleaned_data.get("keep", False)
        payment = wallet_top_up(request.user, account, form.minor, card, keeps_card=keeps)
    except PaymentRefused as error:
        form.add_error(None, str(error))
        return None
    payment_drive(payment.pk)
    return redirect("portal:top_up", payment.public_id)


def _told(request: DriverRequest, found: PaymentIntent) -> dict[str, Any]:
    assert found.account is not None
    return _context(found.account) | {"told": told(found), "charger": request.session.get(CHARGER)}


TOP_UP = Kind(top_ups_of, _told, "top_up", "portal/top_up.html")
top_up, top_up_bank, top_up_back = page_of(TOP_UP), bank_of(TOP_UP), back_of(TOP_UP)


@driver_page
@require_POST
def card_remove(request: DriverRequest, public_id: str) -> HttpResponse:
    """Keep a card no longer."""
    found = get_object_or_404(cards_of(request.user), public_id=public_id)
    method_remove(found, actor_of(request.user))
    messages.success(request, _("The card is removed."))
    return redirect(money_page(found.account))
