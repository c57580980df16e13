"""Payments: the list, one with everything that happened to it, giving money back, releasing a hold."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from billing.choices import PaymentPurpose, PaymentState, PaymentWish
from billing.filters.payments import PaymentFilter
from billing.models import PaymentIntent
from billing.selectors.payments import payments_for
from billing.services.books.refusals import BooksRefuse
from billing.services.payments.opening import PaymentRefused
from billing.services.payments.refunds import refund_open
from billing.services.payments.settling import payment_release
from billing.services.payments.story import moments

from ... import listing
from ...access import OperatorRequest, page
from ...forms.payments import RefundForm
from ...forms.prices import ReasonForm
from ...forms.saving import submitted
from ...money import frame

ASKED = ("search", "state", "purpose", "since", "until")


@page("billing.view", "money")
def payments(request: OperatorRequest) -> HttpResponse:
    """The list: search, state, purpose, time span and page in the address."""
    asked = {name: listing.text(request, name, 60) for name in ASKED}
    shown = listing.paginate(request, PaymentFilter(asked, payments_for(request.viewer)).qs)
    context = frame(request, "payments") | {
        "page": shown,
        "asked": asked,
        "states": PaymentState.choices,
        "purposes": PaymentPurpose.choices,
        "filtered": any(asked.values()),
    }
    return render(request, "dashboard/payments.html", context)


@page("billing.view", "money")
def payment(request: OperatorRequest, public_id: str) -> HttpResponse:
    """One payment: where its money is, what happened, and what can be done."""
    found = _payment_or_404(request, public_id)
    return _shown(request, found, RefundForm(found.currency, found.refundable_minor))


def _payment_or_404(request: OperatorRequest, public_id: str) -> PaymentIntent:
    return get_object_or_404(payments_for(request.viewer), public_id=public_id)


def _shown(request: OperatorRequest, found: PaymentIntent, form: RefundForm) -> HttpResponse:
    context: dict[str, Any] = frame(request, "payments") | {
        "payment": found,
        "moments": moments(found),
        "form": form,
        "release_form": ReasonForm(prefix="release"),
        "purposes": PaymentPurpose,
        "is_refundable": found.refundable_minor > 0 and found.state != PaymentState.DISPUTED,
        "is_releasable": found.is_live and found.transaction_id is None and found.wish != PaymentWish.RELEASE,
    }
    return render(request, "dashboard/payment.html", context, status=422 if form.errors else 200)


@require_POST
@page("billing.edit", "money")
def payment_refund(request: OperatorRequest, public_id: str) -> HttpResponse:
    """Give a part of it back."""
    found = _payment_or_404(request, public_id)
    form = RefundForm(found.currency, found.refundable_minor, submitted(request))
    if not form.is_valid():
        return _shown(request, found, form)
    try:
        refund_open(found, form.minor, form.cleaned_data["reason"], request.viewer.actor)
        messages.success(request, "The refund is booked; the provider is asked to pay it out.")
    except (PaymentRefused, BooksRefuse) as error:
        messages.error(request, f"Nothing was given back: {error}.")
    return redirect("dashboard:payment", found.public_id)


@require_POST
@page("billing.edit", "money")
def payment_let_go(request: OperatorRequest, public_id: str) -> HttpResponse:
    """Release the hold."""
    found = _payment_or_404(request, public_id)
    form = ReasonForm(submitted(request), prefix="release")
    if not form.is_valid():
        messages.error(request, "Nothing was changed: say why.")
        return redirect("dashboard:payment", found.public_id)
    try:
        payment_release(found, request.viewer.actor, form.cleaned_data["reason"])
        messages.success(request, "The hold is released; the payer's bank frees the money.")
    except PaymentRefused as error:
        messages.error(request, f"Nothing was changed: {error}.")
    return redirect("dashboard:payment", found.public_id)
