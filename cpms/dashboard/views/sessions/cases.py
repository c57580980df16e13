"""The reconciliation desk: what is late, double, contradictory or nobody's, and what to do about it."""

from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from chargers.choices import CaseKind, CaseState
from chargers.explain import cases as words
from chargers.filters.cases import CaseFilter
from chargers.models import Case
from chargers.selectors.transactions import cases_for
from chargers.services.cases import desk as service
from chargers.services.cases.fixes import CannotFix
from cpms.core.models import AuditLine

from ... import listing
from ...access import OperatorRequest, page
from ...forms.cases import DismissForm
from ...forms.saving import submitted

ASKED = ("search", "state", "kind", "since", "until")
MOST_AT_ONCE = 1_000


@page("transactions.view", "cases")
def cases(request: OperatorRequest) -> HttpResponse:
    """The list: search, state, kind, time span and page in the address; the open ones unless asked otherwise."""
    asked = _asked(request)
    shown = listing.paginate(request, _matching(request, asked))
    context = {
        "page": shown,
        "rows": [told(request, case) for case in shown.object_list],
        "asked": asked,
        "filtered": any(asked[name] for name in ASKED if name != "state") or asked["state"] != CaseState.OPEN,
        "states": [("all", "All"), *CaseState.choices],
        "kinds": CaseKind.choices,
        "form": DismissForm(),
    }
    return render(request, "dashboard/cases.html", context)


def _asked(request: OperatorRequest) -> dict[str, str]:
    asked = {name: listing.text(request, name, 60) for name in ASKED}
    return asked | {"state": asked["state"] or CaseState.OPEN.value}


def _matching(request: OperatorRequest, asked: dict[str, str]) -> QuerySet[Case]:
    query = asked | {"state": "" if asked["state"] == "all" else asked["state"]}
    return CaseFilter(query, cases_for(request.viewer)).qs


def told(request: OperatorRequest, case: Case) -> dict[str, Any]:
    """A case with its sentences."""
    sees_cards = request.viewer.may("tags.view")
    options = [words.proposal(option) for option in case.options]
    return {"case": case, "story": words.story(case, sees_cards), "options": options}


def _case_or_404(request: OperatorRequest, public_id: str) -> Case:
    return get_object_or_404(cases_for(request.viewer), public_id=public_id)


@page("transactions.view", "cases")
def case(request: OperatorRequest, public_id: str) -> HttpResponse:
    """One case: what happened, the evidence, the fixes, and what was decided."""
    return _shown(request, _case_or_404(request, public_id), DismissForm())


def _shown(request: OperatorRequest, found: Case, form: DismissForm) -> HttpResponse:
    lines = AuditLine.objects.filter(organisation_id=found.organisation_id, subject=found.public_id)
    context = told(request, found) | {
        "form": form,
        "facts": words.facts(found, request.viewer.may("tags.view")),
        "changes": words.changes(found, request.viewer.may("tags.view")),
        "lines": lines.order_by("at") if request.viewer.may("audit.view") else [],
    }
    return render(request, "dashboard/case.html", context, status=422 if form.errors else 200)


@require_POST
@page("transactions.correct", "cases")
def case_accept(request: OperatorRequest, public_id: str) -> HttpResponse:
    """Apply the chosen fix."""
    found = _case_or_404(request, public_id)
    chosen, reason = listing.posted(request, "option", 4), listing.posted(request, "reason", 255)
    try:
        service.case_accept(
            found, request.viewer.actor, option=int(chosen) if chosen.isdecimal() else 0, reason=reason
        )
        messages.success(request, "The fix is applied and written into the transaction's history.")
    except (service.CaseClosed, CannotFix) as error:
        messages.error(request, f"Nothing was changed: {error}.")
    except IndexError:
        messages.error(request, "Nothing was changed: choose one of the fixes.")
    return redirect("dashboard:case", found.public_id)


@require_POST
@page("transactions.correct", "cases")
def case_dismiss(request: OperatorRequest, public_id: str) -> HttpResponse:
    """Leave everything as it is, with a reason."""
    found = _case_or_404(request, public_id)
    form = DismissForm(submitted(request))
    if not form.is_valid():
        return _shown(request, found, form)
    try:
        service.case_dismiss(found, request.viewer.actor, form.cleaned_data["reason"])
        messages.success(request, "The case is dismissed; nothing was changed.")
    except service.CaseClosed as error:
        messages.error(request, f"{error}.")
    return redirect("dashboard:case", found.public_id)


@require_POST
@page("transactions.correct", "cases")
def cases_dismiss(request: OperatorRequest) -> HttpResponse:
    """Dismiss the ticked cases, or all that match the filter."""
    form = DismissForm(submitted(request))
    if not form.is_valid():
        messages.error(request, "Nothing was dismissed: say why.")
        return redirect("dashboard:cases")
    rows = _matching(request, _asked(request)).filter(state=CaseState.OPEN)
    if "all" not in request.POST:
        rows = rows.filter(public_id__in=request.POST.getlist("case")[:MOST_AT_ONCE])
    reason = form.cleaned_data["reason"]
    count = service.cases_dismiss(list(rows[:MOST_AT_ONCE]), request.viewer.actor, reason)
    messages.success(request, f"{count} case{'s are' if count != 1 else ' is'} dismissed.")
    return redirect("dashboard:cases")
