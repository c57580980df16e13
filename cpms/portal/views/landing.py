"""The page behind a sticker: state and price first, then the way to charge."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from billing.services.payments.calls import payment_drive
from billing.services.payments.opening import PaymentRefused
from chargers.stickers import code_of, evse_of

from ..forms import CodeForm, GuestForm
from ..pace import is_too_fast
from ..places import Place, place_of, takes_guests
from ..visits import visit_open


@require_http_methods(["GET", "HEAD"])
def home(request: HttpRequest) -> HttpResponse:
    """For who has no sticker before him: type its code."""
    form = CodeForm(request.GET if "code" in request.GET else None)
    if form.is_bound and form.is_valid():
        evse = evse_of(form.cleaned_data["code"])
        if evse is not None:
            return redirect("portal:landing", code_of(evse))
        form.add_error("code", _("No charger has this code. Look at the sticker again."))
    return render(
        request, "portal/home.html", {"form": form}, status=200 if form.is_valid() or not form.errors else 404
    )


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def landing(request: HttpRequest, code: str) -> HttpResponse:
    """One EVSE: whether it works, the full price, and on POST the beginning of a visit."""
    evse = evse_of(code)
    if evse is None:
        raise Http404("no sticker of ours has this code")
    place, form = place_of(evse), GuestForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        answer = _opened(request, place, form)
        if answer is not None:
            return answer
    context = {"place": place, "form": form, "takes_guests": takes_guests()}
    return render(request, "portal/landing.html", context, status=422 if form.errors else 200)


def _opened(request: HttpRequest, place: Place, form: GuestForm) -> HttpResponse | None:
    """The way to the new visit; None when the form says why not."""
    why = _refusal(request, place)
    if not why:
        try:
            visit = visit_open(place.evse, form.cleaned_data["email"])
        except PaymentRefused as error:
            why = str(error)
        else:
            payment_drive(visit.payment.pk)
            return redirect("portal:visit", visit.token)
    form.add_error(None, why)
    return None


def _refusal(request: HttpRequest, place: Place) -> str:
    if place.price is None or not takes_guests():
        return _("You cannot pay at this charger without an account. Nothing was charged.")
    if not place.is_open:
        return _("This charger cannot be started just now. Nothing was charged.")
    if is_too_fast(request, "open"):
        return _("You tried very often within a few minutes. Wait ten minutes and try again.")
    return ""
