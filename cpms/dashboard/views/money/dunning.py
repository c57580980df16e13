"""Reminding who does not pay: the list, one case with its history, the rules, what people decide."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from billing.choices import BillingMode, DunningLevel, DunningState
from billing.filters.dunning import DunningCaseFilter
from billing.models import DunningCase
from billing.selectors.accounts import accounts_for
from billing.selectors.dunning import dunning_cases_for, dunning_steps_for
from billing.selectors.invoices import invoices_for
from billing.services.dunning.cases import case_go_on, case_hold, case_open
from billing.services.dunning.outlook import outlook, outlooks
from billing.services.dunning.rules import rules_of, rules_set
from billing.services.dunning.steps import step_now
from billing.services.invoicing.issuer import NoIssuer

from ... import listing
from ...access import OperatorRequest, page
from ...forms.dunning import DunningHoldForm, DunningRulesForm
from ...forms.saving import refuse, submitted
from ...money import frame

ASKED = ("state", "level")


@page("billing.view", "money")
def reminders(request: OperatorRequest) -> HttpResponse:
    """The list: state, level and page in the address; those that go on unless asked otherwise."""
    asked = {name: listing.text(request, name, 20) for name in ASKED}
    query = asked if any(asked.values()) else {"open": "true"}
    shown = listing.paginate(request, DunningCaseFilter(query, dunning_cases_for(request.viewer)).qs)
    context = frame(request, "invoices") | {
        "page": shown,
        "outlooks": outlooks(shown.object_list),
        "asked": asked,
        "states": DunningState.choices,
        "levels": DunningLevel.choices,
        "filtered": any(asked.values()),
        "rules": rules_of(request.organisation),
    }
    return render(request, "dashboard/reminders.html", context)


@page("billing.view", "money")
def reminder(request: OperatorRequest, public_id: str) -> HttpResponse:
    """One case."""
    return _shown(request, _case_or_404(request, public_id), DunningHoldForm())


def _case_or_404(request: OperatorRequest, public_id: str) -> DunningCase:
    return get_object_or_404(dunning_cases_for(request.viewer), public_id=public_id)


def _shown(request: OperatorRequest, found: DunningCase, form: DunningHoldForm) -> HttpResponse:
    context = frame(request, "invoices") | {
        "case": found,
        "now": outlook(found),
        "steps": dunning_steps_for(request.viewer).filter(case=found),
        "form": form,
    }
    return render(request, "dashboard/reminder.html", context, status=422 if form.errors else 200)


@require_POST
@page("billing.edit", "money")
def reminder_begin(request: OperatorRequest, public_id: str) -> HttpResponse:
    """Begin with an open invoice that is due."""
    invoice = get_object_or_404(invoices_for(request.viewer), public_id=public_id)
    try:
        case = case_open(invoice, request.viewer.actor)
    except ValidationError as error:
        messages.error(request, f"Nothing was done: {' '.join(error.messages)}.")
        return redirect("dashboard:invoices_open")
    return redirect("dashboard:reminder", case.public_id)


@require_POST
@page("billing.edit", "money")
def reminder_hold(request: OperatorRequest, public_id: str) -> HttpResponse:
    """Stop for now."""
    found, form = _case_or_404(request, public_id), DunningHoldForm(submitted(request))
    if form.is_valid():
        try:
            case_hold(found, actor=request.viewer.actor, **form.cleaned_data)
            messages.success(request, "Nothing is asked of the customer until you let it go on.")
            return redirect("dashboard:reminder", public_id)
        except ValidationError as error:
            refuse(form, error)
    return _shown(request, found, form)


@require_POST
@page("billing.edit", "money")
def reminder_go_on(request: OperatorRequest, public_id: str) -> HttpResponse:
    """Let it go on."""
    case_go_on(_case_or_404(request, public_id), request.viewer.actor)
    messages.success(request, "It goes on from where it was.")
    return redirect("dashboard:reminder", public_id)


@require_POST
@page("billing.edit", "money")
def reminder_advance(request: OperatorRequest, public_id: str) -> HttpResponse:
    """Take the level that the page named; a second click on it changes nothing."""
    found, level = _case_or_404(request, public_id), request.POST.get("level", "")
    try:
        if level not in {str(value) for value in DunningLevel.values}:
            raise ValidationError("There is no such level.")
        step_now(found, int(level), request.viewer.actor)
        messages.success(request, f"{DunningLevel(int(level)).label}: done.")
    except (ValidationError, NoIssuer) as error:
        said = " ".join(error.messages) if isinstance(error, ValidationError) else f"{error}."
        messages.error(request, f"Nothing was done. {said}")
    return redirect("dashboard:reminder", public_id)


@page("billing.edit", "money")
def reminder_rules(request: OperatorRequest) -> HttpResponse:
    """When customers are reminded, and what it costs them."""
    form = DunningRulesForm(rules_of(request.organisation), _currency(request), submitted(request))
    if request.method == "POST" and form.is_valid():
        try:
            rules_set(request.organisation, request.viewer.actor, **form.facts)
            messages.success(request, "Saved. It counts for invoices that are late already, too.")
            return redirect("dashboard:reminders")
        except ValidationError as error:
            refuse(form, error)
    context = frame(request, "invoices") | {"form": form, "currency": form.currency}
    return render(request, "dashboard/reminder_rules.html", context, status=422 if form.errors else 200)


def _currency(request: OperatorRequest) -> str:
    """That in which fees are typed: of who pays on invoice."""
    its = accounts_for(request.viewer).filter(organisation=request.organisation)
    found = its.filter(billing_mode=BillingMode.POSTPAID).order_by("pk").first()
    return found.currency if found else "EUR"
