"""A visit: from the payment over the running session to the receipt, one page that always says what is going on."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from billing.choices import PaymentState
from billing.services.payments.calls import payment_drive, payment_look
from billing.services.payments.opening import PaymentRefused
from billing.services.signatures.proof import proof_of
from billing.services.signatures.words import Told as ProofTold
from billing.services.signatures.words import told as proof_told
from chargers.services.commands.send import InvalidCommand
from chargers.stickers import code_of
from cpms.portal.told import visit as told

from ..paying import form_link
from ..plans import understood
from ..told.idle import warning
from ..told.progress import progress_told
from ..told.states import LIVE_STAGES, Stage
from ..visits import Visit, visit_give_up, visit_of, visit_stop

_UNSETTLED = (PaymentState.NEW, PaymentState.NEEDS_ACTION)


def opened(token: str) -> Visit:
    """The visit of a link. Raises Http404."""
    found = visit_of(token)
    if found is None:
        raise Http404("no visit has this link")
    return found


@never_cache
@require_safe
def visit(request: HttpRequest, token: str) -> HttpResponse:
    """The whole page. A payment that waits is looked up at the provider's: the driver comes from there."""
    found = opened(token)
    if found.payment.state in _UNSETTLED:
        payment_drive(found.payment.pk)
        found = opened(token)
    return render(request, "portal/visit.html", _context(found))


@never_cache
@require_safe
def back(request: HttpRequest, token: str) -> HttpResponse:
    """The guest comes back from the provider's page. What became of it is asked there, never read from the address."""
    payment_look(opened(token).payment.pk)
    return redirect("portal:visit", token)


@never_cache
@require_safe
def visit_now(request: HttpRequest, token: str) -> HttpResponse:
    """The moving part alone, for pages that ask every two seconds."""
    return render(request, "portal/visit_now.html", _context(opened(token)))


@require_POST
def stop(request: HttpRequest, token: str) -> HttpResponse:
    """Ask the station to stop; a second tap changes nothing."""
    found = opened(token)
    try:
        visit_stop(found)
    except InvalidCommand as error:
        messages.error(request, _("The charger cannot be asked to stop: %s") % error)
    return redirect("portal:visit", token)


@require_POST
def leave(request: HttpRequest, token: str) -> HttpResponse:
    """Give up before charging began: nothing stays held."""
    found = opened(token)
    try:
        visit_give_up(found)
        payment_drive(found.payment.pk)
    except PaymentRefused as error:
        messages.error(request, str(error))
    return redirect("portal:visit", token)


def _context(found: Visit) -> dict[str, Any]:
    return shown(found) | {"form_link": form_link(found.payment, f"{found.page}/bank")}


def shown(found: told.Shown) -> dict[str, Any]:
    """What the page of a visit or of a driver's own session says."""
    evse = next((one for one in found.station.evses.all() if one.number == found.evse_no), None)
    figures = told.visit(found)
    return {
        "visit": found,
        "stage": found.stage,
        "code": code_of(evse) if evse else "",
        "told": figures,
        "need": understood(found),
        "progress": progress_told(found),
        "proof": _proof(found),
        "idle": warning(found.rating, figures.zone) if found.stage in LIVE_STAGES else None,
    }


def _proof(found: told.Shown) -> ProofTold | None:
    """What the meter signed, once the session is over."""
    is_over = found.session is not None and found.stage in (Stage.DONE, Stage.CHECKING)
    return proof_told(proof_of(found.session)) if is_over and found.session else None
