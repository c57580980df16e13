"""The card form of the fake provider: stands where a real provider's own page would, and only where it is set up."""

from contextlib import suppress
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from billing.choices import PaymentState
from billing.models import PaymentIntent
from billing.providers import provider
from billing.providers.fake.acts import challenged_card, payer_confirms, payer_enters
from billing.providers.fake.cards import CARDS
from billing.providers.fake.provider import FakeProvider
from billing.services.payments.calls import payment_drive
from billing.services.payments.locking import wake
from billing.tariffs.numbers import money_text

from ..told.refusals import payment_failure
from .visit import opened


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def bank(request: HttpRequest, token: str) -> HttpResponse:
    """Choose a card, or refuse; then back to the visit."""
    found = opened(token)
    payment = found.payment
    if payment.provider != "fake" or not settings.FAKE_PAYMENTS:
        raise Http404("this payment is not made here")
    if payment.state != PaymentState.NEEDS_ACTION:
        return redirect("portal:visit", token)
    if request.method != "POST":
        return render(request, "portal/bank.html", {"visit": found, **form_told(payment)})
    asks = fake_payer_answers(payment, request.POST.get("card", ""), agreed="pay" in request.POST)
    return redirect("portal:bank" if asks else "portal:visit", token)


def form_told(payment: PaymentIntent) -> dict[str, Any]:
    """What the form says: how much, from which cards; `challenged` is the one whose bank asks whether it is he."""
    return {
        "cards": [(name, card.label, payment_failure(card.declined)) for name, card in CARDS.items()],
        "amount": money_text(payment.requested_minor, payment.currency),
        "challenged": challenged_card(_fake(), payment.provider_ref),
    }


def fake_payer_answers(payment: PaymentIntent, card: str, *, agreed: bool) -> bool:
    """The payer confirms with a card of the fake provider, or refuses, and the payment goes on.

    True when nothing is decided yet because the card's bank asks him first.
    """
    asks = _pay(payment.provider_ref, card if card in CARDS else "fake_visa", agreed=agreed)
    if not asks:
        wake(payment)
        payment.save(update_fields=["next_attempt_at"])
        payment_drive(payment.pk)
    return asks


def _pay(ref: str, card: str, agreed: bool) -> bool:
    with suppress(ValueError):  # paid in another tab
        if agreed and payer_enters(_fake(), ref, card):
            return True
        payer_confirms(_fake(), ref, agreed, card)
    return False


def _fake() -> FakeProvider:
    its = provider("fake")
    assert isinstance(its, FakeProvider)
    return its
