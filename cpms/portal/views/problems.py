"""Saying that something is wrong, at a charger or with a session, and what became of it."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from chargers.models import Evse, Transaction
from cpms.accounts.models import User
from cpms.drivers.choices import ProblemKind
from cpms.drivers.selectors import problems_of, sessions_of
from cpms.drivers.services.problems import Problem, problem_report

from ..forms.visit import ProblemForm
from ..own import DriverRequest, driver_page
from ..pace import is_too_fast
from ..visits import visit_of
from .landing import known

_MOST_SHOWN = 20


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def problem(request: HttpRequest, code: str) -> HttpResponse:
    """The form; `session` or `visit` in the address name what it is about, if it is the caller's own."""
    evse, user = known(code), request.user
    form = ProblemForm(request.POST or None)
    person = user if isinstance(user, User) else None
    if person is not None:
        del form.fields["email"]
    if request.method == "POST" and form.is_valid():
        if not is_too_fast(request, "problem"):
            facts = form.cleaned_data
            said = Problem(ProblemKind(facts["what"]), facts["text"], person, facts.get("email", ""))
            problem_report(evse, said, _session(request, evse))
            messages.success(request, _("Thank you. The operator has been told."))
            return redirect("portal:landing", code)
        form.add_error(None, _("You tried very often within a few minutes. Wait ten minutes and try again."))
    context = {"form": form, "evse": evse, "code": code}
    return render(request, "portal/problem.html", context, status=422 if form.errors else 200)


def _session(request: HttpRequest, evse: Evse) -> Transaction | None:
    """The session it is about: one's own, or that of the visit whose link one has."""
    user, visit = request.user, visit_of(request.GET.get("visit", ""))
    session = visit.session if visit else None
    if session is None and isinstance(user, User) and "session" in request.GET:
        name = request.GET["session"].replace("\0", "")[:40]
        session = sessions_of(user).filter(public_id=name).first()
    return session if session and session.station_id == evse.station_id else None


@driver_page
@require_safe
def problems(request: DriverRequest) -> HttpResponse:
    """What one reported, and whether the operator has dealt with it."""
    return render(request, "portal/problems.html", {"problems": problems_of(request.user)[:_MOST_SHOWN]})
