"""A driver's own payments by card: top-ups and invoices, each with its page, the test bank and the way back."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from billing.choices import PaymentState
from billing.models import PaymentIntent
from billing.providers.fake.cards import CARDS
from billing.services.payments.calls import payment_drive, payment_look
from billing.services.payments.opening import PaymentRefused
from cpms.accounts.models import User
from cpms.drivers.services.topping_up import card_keep

from ..own import DriverRequest, View, driver_page
from ..paying import form_link
from .bank import fake_payer_answers, form_told

_UNSETTLED = (PaymentState.NEW, PaymentState.NEEDS_ACTION)


@dataclass(frozen=True)
class Kind:
    """What somebody pays for: whose rows they are, what else its page tells, and its addresses.

    `page` names the page; the test bank is `<page>_bank`, the way back from the provider `<page>_back`.
    """

    rows: Callable[[User], QuerySet[PaymentIntent]]
    told: Callable[[DriverRequest, PaymentIntent], dict[str, Any]]
    page: str
    template: str

    def found(self, request: DriverRequest, public_id: str) -> PaymentIntent:
        """A payment of the person's. Raises Http404."""
        return get_object_or_404(self.rows(request.user), public_id=public_id)


def page_of(kind: Kind) -> View:
    """What became of it. One that waits is looked up at the provider's when that is due."""

    @driver_page
    @require_safe
    def page(request: DriverRequest, public_id: str) -> HttpResponse:
        found = kind.found(request, public_id)
        if found.state in _UNSETTLED:
            payment_drive(found.pk)
            found = kind.found(request, public_id)
        link = form_link(found, reverse(f"portal:{kind.page}_bank", args=[public_id]))
        context = {"payment": found, "form_link": link} | kind.told(request, found)
        return render(request, kind.template, context)

    return page


def back_of(kind: Kind) -> View:
    """The payer comes back from the provider's page. What became of it is asked there, never read from the address."""

    @driver_page
    @require_safe
    def back(request: DriverRequest, public_id: str) -> HttpResponse:
        payment_look(kind.found(request, public_id).pk)
        return redirect(f"portal:{kind.page}", public_id)

    return back


def bank_of(kind: Kind) -> View:
    """The card form of the fake provider, where it is set up; a real one has its own page."""

    @driver_page
    @require_http_methods(["GET", "HEAD", "POST"])
    def bank(request: DriverRequest, public_id: str) -> HttpResponse:
        found = kind.found(request, public_id)
        if found.provider != "fake" or not settings.FAKE_PAYMENTS:
            raise Http404("this payment is not made here")
        if found.state != PaymentState.NEEDS_ACTION:
            return redirect(f"portal:{kind.page}", public_id)
        if request.method != "POST":
            return render(request, "portal/top_up_bank.html", {"payment": found, **form_told(found)})
        asks = _answered(request, found)
        return redirect(f"portal:{kind.page}_bank" if asks else f"portal:{kind.page}", public_id)

    return bank


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
