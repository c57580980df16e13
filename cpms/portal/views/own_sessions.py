"""A driver's own sessions: the one that starts, the one that runs, those that are over."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from chargers.services.commands.send import InvalidCommand
from cpms.core.cells import table
from cpms.drivers.history import HEAD, cells, rows_of
from cpms.drivers.selectors import sessions_of, starts_of
from cpms.drivers.services.starting import session_stop

from ..own import DriverRequest, driver_page
from ..sessions import OwnSession, OwnStart
from .visit import shown

_PAGE_SIZE = 20


@driver_page
@require_safe
def sessions(request: DriverRequest) -> HttpResponse:
    """The history, newest first, a page at a time."""
    shown_page = Paginator(sessions_of(request.user), _PAGE_SIZE).get_page(request.GET.get("page"))
    context = {"page": shown_page, "rows": rows_of(shown_page.object_list)}
    return render(request, "portal/sessions.html", context)


@driver_page
@require_safe
def sessions_csv(request: DriverRequest) -> HttpResponse:
    """The whole history as a file for spreadsheets."""
    answer = HttpResponse(
        table(HEAD, cells(sessions_of(request.user))), content_type="text/csv; charset=utf-8"
    )
    answer["Content-Disposition"] = 'attachment; filename="charging-sessions.csv"'
    return answer


@driver_page
@require_safe
def start(request: DriverRequest, public_id: str) -> HttpResponse:
    """What was asked of a charger; the session's own page as soon as there is one."""
    found = _start(request, public_id)
    if found.came is not None:
        return redirect("portal:session", found.came.public_id)
    return render(request, "portal/visit.html", shown(found))


@driver_page
@require_safe
def start_now(request: DriverRequest, public_id: str) -> HttpResponse:
    """The moving part alone; when the session began, the browser is led to its page."""
    found = _start(request, public_id)
    if found.came is not None:
        return HttpResponse(headers={"HX-Redirect": OwnSession(found.came).page})
    return render(request, "portal/visit_now.html", shown(found))


@driver_page
@require_safe
def session(request: DriverRequest, public_id: str) -> HttpResponse:
    """One session: live, then the receipt."""
    return render(request, "portal/visit.html", shown(_session(request, public_id)))


@driver_page
@require_safe
def session_now(request: DriverRequest, public_id: str) -> HttpResponse:
    """The moving part alone, for pages that ask every two seconds."""
    return render(request, "portal/visit_now.html", shown(_session(request, public_id)))


@require_POST
@driver_page
def stop(request: DriverRequest, public_id: str) -> HttpResponse:
    """Ask the station to stop; a second tap changes nothing."""
    found = _session(request, public_id)
    try:
        session_stop(request.user, found.session)
    except InvalidCommand as error:
        messages.error(request, _("The charger cannot be asked to stop: %s") % error)
    return redirect(found.page)


def _start(request: DriverRequest, public_id: str) -> OwnStart:
    command = get_object_or_404(starts_of(request.user), public_id=public_id)
    return OwnStart(request.user, command)


def _session(request: DriverRequest, public_id: str) -> OwnSession:
    return OwnSession(get_object_or_404(sessions_of(request.user), public_id=public_id))
