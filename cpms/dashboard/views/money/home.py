"""Charging at home that employers pay back: stations, rates, statements."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from billing.models import HomeStation
from billing.selectors.accounts import accounts_for
from billing.selectors.home import home_stations_for, reimbursement_lines_for, reimbursements_for
from billing.services.accounts.parties import person_named
from billing.services.home.making import reimbursement_csv
from billing.services.home.stations import home_add, home_end, rate_add
from chargers.selectors.stations import stations_for
from cpms.core.papers import handed_out

from ... import listing
from ...access import OperatorRequest, page, require
from ...forms.home import HomeEndForm, HomeForm, HomeRateForm
from ...forms.saving import refuse, submitted
from ...money import frame


@page("billing.view", "money")
def homes(request: OperatorRequest) -> HttpResponse:
    """Stations at homes, and what was told of each month."""
    context = frame(request, "homes") | {
        "homes": home_stations_for(request.viewer),
        "page": listing.paginate(request, reimbursements_for(request.viewer)),
    }
    return render(request, "dashboard/homes.html", context)


@page("billing.edit", "money")
def home_new(request: OperatorRequest) -> HttpResponse:
    """A station at an employee's home."""
    ours = {"organisation": request.organisation}
    stations = stations_for(request.viewer).filter(**ours)
    form = HomeForm(stations, accounts_for(request.viewer).filter(**ours), submitted(request))
    if request.method == "POST" and form.is_valid() and (made := _added(request, form)):
        messages.success(request, "Saved. The first statement is made when its month is over.")
        return redirect("dashboard:home", made.public_id)
    context = frame(request, "homes") | {"form": form}
    return render(request, "dashboard/home_form.html", context, status=422 if form.errors else 200)


def _added(request: OperatorRequest, form: HomeForm) -> HomeStation | None:
    facts = form.cleaned_data
    try:
        employee = person_named(facts["employee"])
        rate = (facts["kind"], facts["per_kwh"])
        return home_add(
            facts["station"], facts["account"], employee, rate, facts["valid_from"], request.viewer.actor
        )
    except ValidationError as error:
        refuse(form, error)
        return None


@page("billing.view", "money")
def home(request: OperatorRequest, public_id: str) -> HttpResponse:
    """One station at home; another rate and the end are sent here too."""
    found = get_object_or_404(home_stations_for(request.viewer), public_id=public_id)
    ends = "ended_on" in request.POST
    rate = HomeRateForm(None if ends else submitted(request))
    end = HomeEndForm(submitted(request) if ends else None)
    form = end if ends else rate
    if request.method == "POST":
        require(request, "billing.edit")
        if form.is_valid() and _changed(request, found, form):
            messages.success(request, "Saved.")
            return redirect("dashboard:home", public_id)
    context = frame(request, "homes") | {"home": found, "rate": rate, "end": end}
    return render(request, "dashboard/home.html", context, status=422 if form.errors else 200)


def _changed(request: OperatorRequest, found: HomeStation, form: HomeRateForm | HomeEndForm) -> bool:
    facts, actor = form.cleaned_data, request.viewer.actor
    try:
        if isinstance(form, HomeEndForm):
            home_end(found, facts["ended_on"], actor)
        else:
            rate_add(found, facts["kind"], facts["per_kwh"], facts["valid_from"], actor)
    except ValidationError as error:
        refuse(form, error)
        return False
    return True


@page("billing.view", "money")
def reimbursement(request: OperatorRequest, public_id: str) -> HttpResponse:
    """What an employer pays back for a month, employee by employee, session by session."""
    found = get_object_or_404(reimbursements_for(request.viewer), public_id=public_id)
    lines = reimbursement_lines_for(request.viewer).filter(reimbursement=found)
    context = frame(request, "homes") | {"made": found, "page": listing.paginate(request, lines)}
    return render(request, "dashboard/reimbursement.html", context)


@page("billing.view", "money")
def reimbursement_file(request: OperatorRequest, public_id: str) -> HttpResponse:
    """The statement as CSV."""
    found = get_object_or_404(reimbursements_for(request.viewer), public_id=public_id)
    content = "".join(reimbursement_csv(found)).encode()
    return handed_out(content, "text/csv; charset=utf-8", f"home-charging-{found.month:%Y-%m}.csv")
