"""A driver's wallet: what is in it, putting money in, the cards kept for that."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from billing.choices import PaymentState
from billing.models import Account, PaymentIntent
from billing.providers.fake.cards import CARDS
from billing.services.ledger import receivable_minor, wallet_minor
from billing.services.payments.calls import payment_drive
from billing.services.payments.methods import method_remove
from billing.services.payments.opening import PaymentRefused
from billing.tariffs.numbers import money_text
from cpms.drivers.places import takes_guests
from cpms.drivers.services.joining import actor_of
from cpms.drivers.services.topping_up import card_keep, wallet_top_up
from cpms.drivers.wallets import cards_of, stored_cards_of, top_ups_of, wallet_lines, wallets_of

from ..own import DriverRequest, driver_page
from ..pace import is_too_fast
from ..wallet_forms import TopUpForm
from ..wallet_told import moves
from ..wallet_told import top_up as told
from .bank import fake_payer_answers, form_told
from .landing import CHARGER

_SHOWN = 30
_UNSETTLED = (PaymentState.NEW, PaymentState.NEEDS_ACTION)


@driver_page
@require_http_methods(["GET", "HEAD", "POST"])
def wallet(request: DriverRequest, public_id: str) -> HttpResponse:
    """What is in it and what moved; on POST a top-up begins."""
    account = get_object_or_404(wallets_of(request.user), public_id=public_id)
    cards = stored_cards_of(request.user, account)
    form = TopUpForm(account, cards, takes_guests(), request.POST or None)
    if request.method == "POST" and form.is_valid():
        answer = _opened(request, account, form)
        if answer is not None:
            return answer
    context = _context(account) | {"form": form, "cards": cards, "can_pay": takes_guests() or cards.exists()}
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
        payment = wallet_top_up(request.user, account, form.minor, form.cleaned_data.get("card"))
    except PaymentRefused as error:
        form.add_error(None, str(error))
        return None
    payment_drive(payment.pk)
    return redirect("portal:top_up", payment.public_id)


def _top_up_or_404(request: DriverRequest, public_id: str) -> PaymentIntent:
    return get_object_or_404(top_ups_of(request.user), public_id=public_id)


@driver_page
@require_safe
def top_up(request: DriverRequest, public_id: str) -> HttpResponse:
    """One top-up: what became of it. One that waits is looked up at the provider's: the driver comes from there."""
    found = _top_up_or_404(request, public_id)
    if found.state in _UNSETTLED:
        payment_drive(found.pk)
        found = _top_up_or_404(request, public_id)
    assert found.account is not None
    context = _context(found.account) | {
        "payment": found, "told": told(found), "has_form": _has_form(found), "charger": request.session.get(CHARGER),
    }  # fmt: skip
    return render(request, "portal/top_up.html", context)


def _has_form(payment: PaymentIntent) -> bool:
    waits = payment.state == PaymentState.NEEDS_ACTION
    return waits and payment.provider == "fake" and bool(settings.FAKE_PAYMENTS)


@driver_page
@require_http_methods(["GET", "HEAD", "POST"])
def top_up_bank(request: DriverRequest, public_id: str) -> HttpResponse:
    """The card form of the fake provider, where it is set up; a real one has its own page."""
    found = _top_up_or_404(request, public_id)
    if found.provider != "fake" or not settings.FAKE_PAYMENTS:
        raise Http404("this payment is not made here")
    if not _has_form(found):
        return redirect("portal:top_up", public_id)
    if request.method != "POST":
        return render(request, "portal/top_up_bank.html", {"payment": found, **form_told(found)})
    asks = _answered(request, found)
    return redirect("portal:top_up_bank" if asks else "portal:top_up", public_id)


def _answered(request: DriverRequest, found: PaymentIntent) -> bool:
    """Whether the card's bank asks first."""
    assert found.account is not None
    agreed, card = "pay" in request.POST, request.POST.get("card", "")
    asks = fake_payer_answers(found, card, agreed=agreed)
    if agreed and "keep" in request.POST and card in CARDS:
        try:
            card_keep(request.user, found.account, card)
        except PaymentRefused as error:
            messages.error(request, str(error))
    return asks


@driver_page
@require_POST
def card_remove(request: DriverRequest, public_id: str) -> HttpResponse:
    """Keep a card no longer."""
    found = get_object_or_404(cards_of(request.user), public_id=public_id)
    method_remove(found, actor_of(request.user))
    messages.success(request, _("The card is removed."))
    return redirect("portal:wallet", found.account.public_id)
