"""Asking drivers when they leave and what the car needs. A page of its own: nothing on it moves while they type."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from chargers.models import Transaction
from cpms.core.actors import Actor
from cpms.drivers.selectors import sessions_of
from smartcharging.inputs.needs.saying import SessionOver

from .. import plans
from ..own import DriverRequest, driver_page
from ..sessions import OwnSession
from ..told.planned import difference
from ..told.visit import Shown
from .visit import opened

_METHODS = ["GET", "HEAD", "POST"]


@never_cache
@require_http_methods(_METHODS)
def need(request: HttpRequest, token: str) -> HttpResponse:
    """The form of a guest's visit. Raises Http404 where nothing is shared out."""
    found = opened(token)
    return _asked(request, found, Actor(found.payment.email or "guest", source="driver"))


@driver_page
@require_http_methods(_METHODS)
def own_need(request: DriverRequest, public_id: str) -> HttpResponse:
    """The form of a driver's own session. Raises Http404 where nothing is shared out."""
    found = OwnSession(get_object_or_404(sessions_of(request.user), public_id=public_id))
    return _asked(request, found, Actor(request.user.email, request.user.pk, "driver"))


def _asked(request: HttpRequest, found: Shown, who: Actor) -> HttpResponse:
    session, known = found.session, plans.understood(found)
    if session is not None and not session.is_open:
        return redirect(found.page)
    if session is None or known is None:
        raise Http404("nothing is asked here")
    form = plans.NeedForm(request.POST or None)
    try:
        if _taken(request, form, known, session, who):
            return redirect(found.page)
    except SessionOver:
        messages.info(request, _("Charging has ended in the meantime."))
        return redirect(found.page)
    costs = difference(session, known.hours) if known.hours else None
    return render(request, "portal/need.html", {"visit": found, "form": form, "need": known, "costs": costs})


def _taken(
    request: HttpRequest,
    form: plans.NeedForm,
    known: plans.Understood,
    session: Transaction,
    who: Actor,
) -> bool:
    """Whether something was said that could be taken over."""
    if "now" in request.POST:
        plans.charge_now(session, who)
        return True
    if "sun" in request.POST and known.has_sun:
        plans.by_sun(session, who, request.POST["sun"] == "yes")
        return True
    if not form.is_valid():
        return False
    plans.say(session, who, form.cleaned_data["leave_at"], form.cleaned_data["energy_kwh"])
    return True
