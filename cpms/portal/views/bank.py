"""The card form of the fake provider: stands where a real provider's own page would, and only where it is set up."""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from billing.choices import PaymentState
from billing.models import PaymentIntent
from billing.providers import provider
from billing.providers.fake.acts import payer_confirms
from billing.providers.fake.cards import CARDS
from billing.providers.fake.provider import FakeProvider
from billing.services.payments.calls import payment_drive
from billing.services.payments.locking import wake
from billing.tariffs.numbers import money_text

from ..refusals import payment_failure
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
        context = {
            "visit": found,
            "cards": [(name, card.label, payment_failure(card.declined)) for name, card in CARDS.items()],
            "amount": money_text(payment.requested_minor, payment.currency),
        }
        return render(request, "portal/bank.html", context)
    fake_payer_answers(payment, request.POST.get("card", ""), agreed="pay" in request.POST)
    return redirect("portal:visit", token)


def fake_payer_answers(payment: PaymentIntent, card: str, *, agreed: bool) -> None:
    """The payer confirms with a card of the fake provider, or refuses; the payment goes on."""
    _pay(payment.provider_ref, card if card in CARDS else "", agreed=agreed)
    wake(payment)
    payment.save(update_fields=["next_attempt_at"])
    payment_drive(payment.pk)


def _pay(ref: str, card: str, agreed: bool) -> None:
    its = provider("fake")
    assert isinstance(its, FakeProvider)
    try:
        payer_confirms(its, ref, agreed, card or "fake_visa")
    except ValueError:
        return  # paid in another tab
