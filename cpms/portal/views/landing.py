"""The page behind a sticker: state and price first, then the way to charge."""

from collections.abc import Sequence

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from billing.services.payments.calls import payment_drive
from billing.services.payments.opening import PaymentRefused
from chargers.models import Evse
from chargers.stickers import code_of, evse_of
from cpms.accounts.models import User
from cpms.drivers.models import Driver
from cpms.drivers.places import Place, place_of, takes_guests
from cpms.drivers.selectors import driver_at
from cpms.drivers.services.joining import NoPrice, driver_join_at
from cpms.drivers.services.standing import standing_at
from cpms.drivers.services.starting import CannotStart, session_start

from ..forms.visit import CodeForm, GuestForm
from ..pace import is_too_fast
from ..told.visit import how_paid
from ..visits import visit_open

# Where in the session the charger is named that a driver stands at.
CHARGER = "charger"


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
    evse = known(code)
    place, form = _place(request, evse), GuestForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        answer = _opened(request, place, form)
        if answer is not None:
            return answer
    return _shown(request, place, form)


@require_POST
def charge(request: HttpRequest, code: str) -> HttpResponse:
    """One tap: start on the driver's own account."""
    evse, user = known(code), request.user
    if not isinstance(user, User):
        return redirect_to_login(reverse("portal:landing", args=[code]), reverse("portal:login"))
    driver = driver_at(user, evse.station.organisation)
    if driver is None:
        return redirect("portal:landing", code)
    try:
        return redirect("portal:start", session_start(driver, evse).public_id)
    except CannotStart as error:
        return _shown(request, _place(request, evse), GuestForm(), refused=[str(error)])


@require_POST
def open_account(request: HttpRequest, code: str) -> HttpResponse:
    """Open an account with the operator of this charger."""
    evse, user = known(code), request.user
    if not isinstance(user, User):
        return redirect_to_login(reverse("portal:landing", args=[code]), reverse("portal:login"))
    try:
        driver_join_at(user, evse)
    except NoPrice as error:
        messages.error(request, str(error))
    return redirect("portal:landing", code)


def known(code: str) -> Evse:
    """The EVSE of a sticker. Raises Http404."""
    evse = evse_of(code)
    if evse is None:
        raise Http404("no sticker of ours has this code")
    return evse


def _place(request: HttpRequest, evse: Evse) -> Place:
    """The EVSE with the price of whoever looks."""
    driver = _driver(request, evse)
    return place_of(evse, driver.app_tag if driver else None)


def _driver(request: HttpRequest, evse: Evse) -> Driver | None:
    user = request.user
    return driver_at(user, evse.station.organisation) if isinstance(user, User) else None


def _shown(request: HttpRequest, place: Place, form: GuestForm, refused: Sequence[str] = ()) -> HttpResponse:
    driver = _driver(request, place.evse)
    if driver:
        # The way back from the wallet.
        request.session[CHARGER] = place.code
    context = {
        "place": place, "form": form, "takes_guests": takes_guests(), "driver": driver, "refused": refused,
        "standing": standing_at(driver, place.evse) if driver else None,
        "how_paid": how_paid(driver.account if driver else None),
    }  # fmt: skip
    return render(request, "portal/landing.html", context, status=422 if form.errors or refused else 200)


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
