"""Invoices: the list, one with its lines and documents, issuing and discarding drafts, giving money back."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from billing.choices import DocumentFormat, DocumentKind, InvoiceState
from billing.filters.invoices import InvoiceFilter
from billing.models import Invoice
from billing.selectors.invoices import invoices_for
from billing.services.books.refusals import BooksRefuse
from billing.services.invoicing.corrections import left_minor
from billing.services.invoicing.documents import NoDocument, file_of, problem_of
from billing.services.invoicing.giving_back import invoice_give_back, is_creditable
from billing.services.invoicing.invoices import draft_discard, invoice_issue
from cpms.core.papers import handed_out

from ... import listing
from ...access import OperatorRequest, page
from ...forms.invoices import GiveBackForm
from ...forms.saving import refuse, submitted
from ...money import frame

ASKED = ("search", "state", "kind", "held", "since", "until")


@page("billing.view", "money")
def invoices(request: OperatorRequest) -> HttpResponse:
    """The list: search, state, kind, days and page in the address."""
    asked = {name: listing.text(request, name, 60) for name in ASKED}
    shown = listing.paginate(request, InvoiceFilter(asked, invoices_for(request.viewer)).qs)
    context = frame(request, "invoices") | {
        "page": shown,
        "asked": asked,
        "states": InvoiceState.choices,
        "kinds": DocumentKind.choices,
        "filtered": any(asked.values()),
    }
    return render(request, "dashboard/invoices.html", context)


@page("billing.view", "money")
def invoice(request: OperatorRequest, public_id: str) -> HttpResponse:
    """One document: its lines, sums, tax decisions and forms, and what can be done."""
    found = invoice_or_404(request, public_id)
    context = frame(request, "invoices") | {
        "invoice": found,
        "lines": found.lines.select_related("charge__transaction"),
        "taxes": found.tax_lines.all(),
        "notes": found.credit_notes.filter(state=InvoiceState.ISSUED).order_by("id"),
        "pdf_problem": problem_of(found, DocumentFormat.PDF),
        "norm_problem": problem_of(found, DocumentFormat.CII),
        "documents": {document.format: document for document in found.documents.defer("content")},
        "is_creditable": is_creditable(found) and any(left_minor(found).values()),
    }
    return render(request, "dashboard/invoice.html", context)


def invoice_or_404(request: OperatorRequest, public_id: str) -> Invoice:
    """The invoice, if the viewer may see it. Raises Http404."""
    return get_object_or_404(invoices_for(request.viewer), public_id=public_id)


@page("billing.view", "money")
def invoice_document(request: OperatorRequest, public_id: str, form: str) -> HttpResponse:
    """The document byte for byte: the web page to be read, everything else to be saved."""
    found = invoice_or_404(request, public_id)
    try:
        file = file_of(found, form)
    except NoDocument as error:
        raise Http404(str(error)) from None
    return handed_out(file.content, file.media_type, file.name)


@require_POST
@page("billing.edit", "money")
def invoice_issue_draft(request: OperatorRequest, public_id: str) -> HttpResponse:
    """Issue a draft as it is: a person has looked at it."""
    found = invoice_or_404(request, public_id)
    try:
        issued = invoice_issue(found, request.viewer.actor)
        messages.success(request, f"Issued as {issued.code}.")
    except (BooksRefuse, ValidationError) as error:
        messages.error(request, f"Nothing was issued: {_words(error)}.")
    return redirect("dashboard:invoice", found.public_id)


def _words(error: BooksRefuse | ValidationError) -> str:
    return "; ".join(error.messages) if isinstance(error, ValidationError) else str(error)


@require_POST
@page("billing.edit", "money")
def invoice_discard(request: OperatorRequest, public_id: str) -> HttpResponse:
    """Throw a draft away: its sessions can be invoiced again."""
    found = invoice_or_404(request, public_id)
    try:
        draft_discard(found)
    except BooksRefuse as error:
        messages.error(request, f"Nothing was discarded: {error}.")
        return redirect("dashboard:invoice", found.public_id)
    messages.success(request, "The draft is gone; its sessions wait for the next invoice.")
    return redirect("dashboard:invoices")


@page("billing.edit", "money")
def invoice_credit(request: OperatorRequest, public_id: str) -> HttpResponse:
    """Give parts of lines back, with a credit note."""
    found = invoice_or_404(request, public_id)
    if not is_creditable(found):
        raise Http404("only an issued invoice that no card paid is credited here")
    form = GiveBackForm(found, {k: v for k, v in left_minor(found).items() if v}, submitted(request))
    if request.method == "POST" and form.is_valid():
        try:
            note = invoice_give_back(found, form.minor, form.cleaned_data["reason"], request.viewer.actor)
            messages.success(request, f"Credit note {note.code} is issued, and the money is booked back.")
            return redirect("dashboard:invoice", note.public_id)
        except ValidationError as error:
            refuse(form, error)
        except BooksRefuse as error:
            form.add_error(None, f"Nothing was given back: {error}.")
    return render(
        request,
        "dashboard/invoice_credit.html",
        {"invoice": found, "form": form},
        status=422 if form.errors else 200,
    )
