"""Site hosts: who they are, what was agreed for which site, the statements of an agreement."""

from datetime import date, timedelta

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from billing.choices import PartyKind, SettlementState
from billing.filters.settlements import SettlementFilter
from billing.models import SettlementAgreement
from billing.selectors.hosts import hosts_for, settlement_agreements_for, settlements_for
from billing.services.accounts.parties import party_change, party_create
from billing.services.settlements.agreements import agreement_end, agreement_make
from billing.services.settlements.making import settlement_make
from chargers.selectors.stations import sites_for

from ... import listing
from ...access import OperatorRequest, page
from ...forms.saving import refuse, submitted
from ...forms.settlements import AgreementForm, EndForm, HostForm
from ...money import frame, usual_currency


@page("billing.view", "money")
def hosts(request: OperatorRequest) -> HttpResponse:
    """What was agreed, and all statements: state and page in the address."""
    asked = {"state": listing.text(request, "state", 20)}
    rows = SettlementFilter(asked, settlements_for(request.viewer)).qs
    context = frame(request, "hosts") | {
        "agreements": settlement_agreements_for(request.viewer),
        "page": listing.paginate(request, rows),
        "asked": asked,
        "states": SettlementState.choices,
        "hosts": hosts_for(request.viewer),
    }
    return render(request, "dashboard/hosts.html", context)


@page("billing.edit", "money")
def host_new(request: OperatorRequest) -> HttpResponse:
    """A new site host."""
    form = HostForm(submitted(request))
    if request.method == "POST" and form.is_valid():
        try:
            party_create(request.organisation, request.viewer.actor, kind=PartyKind.SITE_HOST, **form.facts)
            messages.success(request, "Saved. Now say what the host gets of which site.")
            return redirect("dashboard:host_agreement_new")
        except ValidationError as error:
            refuse(form, error)
    context = frame(request, "hosts") | {"form": form, "title": "New site host", "note": _HOST_NOTE}
    return render(request, "dashboard/host_form.html", context, status=422 if form.errors else 200)


@page("billing.edit", "money")
def host_edit(request: OperatorRequest, public_id: str) -> HttpResponse:
    """Change name, address, tax facts and payee account; statements that are agreed keep what they said."""
    found = get_object_or_404(hosts_for(request.viewer), public_id=public_id)
    form = HostForm(submitted(request), initial={name: getattr(found, name) for name in HostForm.base_fields})
    if request.method == "POST" and form.is_valid():
        try:
            party_change(found, request.viewer.actor, **form.facts)
            messages.success(request, "Saved. Statements that are agreed already stay as they are.")
            return redirect("dashboard:hosts")
        except ValidationError as error:
            refuse(form, error)
    told = {"form": form, "title": f"Change {found.legal_name}", "note": _CHANGE_NOTE}
    return render(
        request,
        "dashboard/host_form.html",
        frame(request, "hosts") | told,
        status=422 if form.errors else 200,
    )


_HOST_NOTE = (
    "Somebody on whose ground stations stand. This is printed on the statements that you write for the host."
)
_CHANGE_NOTE = (
    "Printed on the statements that come. What was agreed never changes: to pay another share, end the agreement and"
    " make a new one. A changed VAT id has to be checked anew."
)
_AGREEMENT_NOTE = (
    "It never changes: to pay another share, end it and make a new one. A site has one at a time."
)


@page("billing.edit", "money")
def host_agreement_new(request: OperatorRequest) -> HttpResponse:
    """A new agreement."""
    of_ours = {"organisation": request.organisation}
    sites, known = sites_for(request.viewer).filter(**of_ours), hosts_for(request.viewer).filter(**of_ours)
    start = {"currency": usual_currency(request.organisation)}
    form = AgreementForm(sites, known, submitted(request), initial=start)
    if request.method == "POST" and form.is_valid():
        facts = form.cleaned_data
        try:
            made = agreement_make(facts["site"], facts["host"], request.viewer.actor, **form.terms)
            messages.success(request, "Agreed. The first statement is made when its month is over.")
            return redirect("dashboard:host_agreement", made.public_id)
        except ValidationError as error:
            refuse(form, error)
    context = frame(request, "hosts") | {"form": form, "title": "New agreement", "note": _AGREEMENT_NOTE}
    return render(request, "dashboard/host_form.html", context, status=422 if form.errors else 200)


def _agreement_or_404(request: OperatorRequest, public_id: str) -> SettlementAgreement:
    return get_object_or_404(settlement_agreements_for(request.viewer), public_id=public_id)


@page("billing.view", "money")
def host_agreement(request: OperatorRequest, public_id: str) -> HttpResponse:
    """One agreement with its statements."""
    return _shown(request, _agreement_or_404(request, public_id), EndForm())


def _shown(request: OperatorRequest, found: SettlementAgreement, form: EndForm) -> HttpResponse:
    context = frame(request, "hosts") | {
        "agreement": found,
        "settlements": settlements_for(request.viewer).filter(agreement=found),
        "form": form,
        "last_month": _last_month(),
    }
    return render(request, "dashboard/host_agreement.html", context, status=422 if form.errors else 200)


def _last_month() -> date:
    """The first day of the last month that is over here."""
    return (timezone.localdate().replace(day=1) - timedelta(days=1)).replace(day=1)


@require_POST
@page("billing.edit", "money")
def host_agreement_end(request: OperatorRequest, public_id: str) -> HttpResponse:
    """End it on a day."""
    found, form = _agreement_or_404(request, public_id), EndForm(request.POST)
    if form.is_valid():
        try:
            agreement_end(found, form.cleaned_data["valid_until"], request.viewer.actor)
            messages.success(request, "Saved. Sessions that end later are not shared any more.")
            return redirect("dashboard:host_agreement", public_id)
        except ValidationError as error:
            refuse(form, error)
    return _shown(request, found, form)


@require_POST
@page("billing.edit", "money")
def host_agreement_tell(request: OperatorRequest, public_id: str) -> HttpResponse:
    """Make the statement of the last month now."""
    try:
        made = settlement_make(_agreement_or_404(request, public_id), _last_month(), request.viewer.actor)
    except ValidationError as error:
        messages.error(request, f"No statement was made: {' '.join(error.messages)}.")
        return redirect("dashboard:host_agreement", public_id)
    return redirect("dashboard:settlement", made.public_id)
