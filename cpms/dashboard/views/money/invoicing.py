"""What has not been invoiced yet, and who sells."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from billing.choices import BillingMode, InvoiceCycle, InvoiceState
from billing.selectors.accounts import accounts_for
from billing.services.accounts.parties import account_change
from billing.services.books.refusals import BooksRefuse
from billing.services.invoicing.due import dues
from billing.services.invoicing.issuer import issuer_gaps, issuer_of, issuer_save
from billing.services.invoicing.run import NoIssuer, account_invoice

from ...access import OperatorRequest, page
from ...forms.invoices import IssuerForm
from ...forms.saving import refuse, submitted
from ...money import frame


@page("billing.view", "money")
def invoices_due(request: OperatorRequest) -> HttpResponse:
    """By account, what is on no invoice yet, and when it will be."""
    organisation = request.organisation
    accounts = accounts_for(request.viewer).filter(organisation=organisation)
    context = frame(request, "invoices") | {
        "dues": dues(accounts.select_related("organisation", "party")),
        "gaps": issuer_gaps(issuer_of(organisation.pk)),
        "issuer": issuer_of(organisation.pk),
        "cycles": InvoiceCycle.choices,
        "postpaid": BillingMode.POSTPAID,
    }
    return render(request, "dashboard/invoices_due.html", context)


@require_POST
@page("billing.edit", "money")
def invoice_now(request: OperatorRequest, public_id: str) -> HttpResponse:
    """Invoice an account now, whatever its cycle."""
    account = get_object_or_404(accounts_for(request.viewer), public_id=public_id)
    try:
        made = account_invoice(account, None, request.viewer.actor)
    except (NoIssuer, BooksRefuse, ValidationError) as error:
        messages.error(request, f"Nothing was invoiced: {error}.")
        return redirect("dashboard:invoices_due")
    if made is None:
        messages.info(request, f"{account.name} has nothing that is not invoiced.")
        return redirect("dashboard:invoices_due")
    if made.state == InvoiceState.ISSUED:
        messages.success(request, f"Issued as {made.code}.")
    return redirect("dashboard:invoice", made.public_id)


@require_POST
@page("billing.edit", "money")
def invoice_cycle(request: OperatorRequest, public_id: str) -> HttpResponse:
    """How often an account on invoice is invoiced."""
    account = get_object_or_404(accounts_for(request.viewer), public_id=public_id)
    cycle = request.POST.get("cycle", "")
    if cycle in InvoiceCycle.values:
        account_change(account, request.viewer.actor, invoice_cycle=cycle)
        messages.success(request, f"{account.name}: {InvoiceCycle(cycle).label.lower()}.")
    else:
        messages.error(request, "Nothing was changed: choose how often.")
    return redirect("dashboard:invoices_due")


@page("billing.edit", "money")
def invoice_issuer(request: OperatorRequest) -> HttpResponse:
    """Who sells."""
    form = IssuerForm(issuer_of(request.organisation.pk), submitted(request))
    if request.method == "POST" and form.is_valid():
        try:
            issuer_save(request.organisation, request.viewer.actor, **form.facts)
            messages.success(request, "Saved. Invoices that are issued already keep what they say.")
            return redirect("dashboard:invoices_due")
        except ValidationError as error:
            refuse(form, error)
    return render(
        request, "dashboard/invoice_issuer.html", {"form": form}, status=422 if form.errors else 200
    )
