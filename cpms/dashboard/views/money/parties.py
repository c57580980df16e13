"""One party: name and address as on documents, and what proves its VAT id."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from billing.selectors.accounts import accounts_for, parties_for
from billing.selectors.hosts import vat_checks_for
from billing.services.invoicing.vat import vat_check_record, vat_problem

from ...access import OperatorRequest, page, require
from ...forms.saving import refuse, submitted
from ...forms.vat import VatCheckForm
from ...money import frame

_SHOWN = 50


@page("billing.view", "money")
def party(request: OperatorRequest, public_id: str) -> HttpResponse:
    """The page; an answer of the register is sent here too."""
    found = get_object_or_404(parties_for(request.viewer), public_id=public_id)
    form = VatCheckForm(submitted(request))
    if request.method == "POST":
        require(request, "billing.edit")
        if form.is_valid():
            try:
                vat_check_record(found, form.told, request.viewer.actor)
                messages.success(request, "Written down. The newest answer counts from now on.")
                return redirect("dashboard:party", public_id)
            except ValidationError as error:
                refuse(form, error)
    context = frame(request, "accounts") | {
        "party": found,
        "problem": vat_problem(found) if found.vat_id else "",
        "checks": vat_checks_for(request.viewer).filter(party=found)[:_SHOWN],
        "accounts": accounts_for(request.viewer).filter(party=found)[:_SHOWN],
        "form": form,
    }
    return render(request, "dashboard/party.html", context, status=422 if form.errors else 200)
