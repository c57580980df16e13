"""What the meter signed of a session: checked again at a driver's wish, and given to him for his own software."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from billing.models import SignedRecord
from billing.services.signatures.again import session_verify
from billing.services.signatures.container import container
from billing.services.signatures.words import told
from chargers.models import Transaction
from cpms.drivers.selectors import sessions_of

from ..own import DriverRequest, driver_page
from ..pace import is_too_fast
from ..sessions import OwnSession
from .visit import opened


@require_POST
def visit_verify(request: HttpRequest, token: str) -> HttpResponse:
    """Check a guest's session again."""
    found = opened(token)
    return _verified(request, found.session, found.page)


@never_cache
@require_safe
def visit_values(request: HttpRequest, token: str) -> HttpResponse:
    """A guest's signed values as a file."""
    return _file(opened(token).session)


@require_POST
@driver_page
def session_verify_again(request: DriverRequest, public_id: str) -> HttpResponse:
    """Check a driver's own session again."""
    found = OwnSession(get_object_or_404(sessions_of(request.user), public_id=public_id))
    return _verified(request, found.session, found.page)


@driver_page
@require_safe
def session_values(request: DriverRequest, public_id: str) -> HttpResponse:
    """A driver's signed values as a file."""
    return _file(get_object_or_404(sessions_of(request.user), public_id=public_id))


def _verified(request: HttpRequest, session: Transaction | None, page: str) -> HttpResponse:
    if session is None or session.is_open:
        raise Http404("the session is not over")
    if is_too_fast(request, "verify"):
        messages.error(
            request, _("You tried very often within a few minutes. Wait ten minutes and try again.")
        )
    else:
        messages.success(request, _("Checked just now: %s.") % told(session_verify(session)).title)
    return redirect(f"{page}#signed")


def _file(session: Transaction | None) -> HttpResponse:
    rows = list(SignedRecord.objects.filter(transaction=session).select_related("key").order_by("id"))
    if session is None or not rows:
        raise Http404("nothing was signed")
    name = f'attachment; filename="{session.public_id}.xml"'
    content = container(session, rows)
    return HttpResponse(content, content_type="application/xml", headers={"Content-Disposition": name})
