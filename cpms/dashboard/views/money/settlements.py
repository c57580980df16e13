"""One statement to a site host: why it is so much, its sessions, its documents, and what can be done."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from billing.choices import SettlementState, TaxCategory
from billing.models import Settlement
from billing.selectors.hosts import settlement_lines_for, settlements_for
from billing.services.books.refusals import BooksRefuse
from billing.services.invoicing.documents import NoDocument
from billing.services.settlements.agreeing import settlement_agree, settlement_pay
from billing.services.settlements.documents import file_of, pdf_problem
from billing.services.settlements.making import settlement_discard
from billing.services.settlements.words import reasons
from cpms.core.papers import handed_out

from ... import listing
from ...access import OperatorRequest, page
from ...forms.saving import refuse
from ...forms.settlements import PaidForm
from ...money import frame


def _settlement_or_404(request: OperatorRequest, public_id: str) -> Settlement:
    return get_object_or_404(settlements_for(request.viewer), public_id=public_id)


@page("billing.view", "money")
def settlement(request: OperatorRequest, public_id: str) -> HttpResponse:
    """One statement."""
    return _shown(request, _settlement_or_404(request, public_id), PaidForm())


def _shown(request: OperatorRequest, found: Settlement, form: PaidForm) -> HttpResponse:
    lines = settlement_lines_for(request.viewer).filter(settlement=found)
    is_draft = found.state == SettlementState.DRAFT
    context = frame(request, "hosts") | {
        "made": found,
        "reasons": reasons(found),
        "tax_word": _tax_word(found),
        "page": listing.paginate(request, lines),
        "pdf_problem": "" if is_draft else pdf_problem(found),
        "form": form,
    }
    return render(request, "dashboard/settlement.html", context, status=422 if form.errors else 200)


def _tax_word(found: Settlement) -> str:
    """Why there is no tax, by its category; "" while that is an open question."""
    category = found.tax_decision["category"]
    return TaxCategory(category).label if category else ""


@page("billing.view", "money")
def settlement_document(request: OperatorRequest, public_id: str, form: str) -> HttpResponse:
    """The document byte for byte, or the sessions as CSV."""
    found = _settlement_or_404(request, public_id)
    try:
        file = file_of(found, form)
    except NoDocument as error:
        raise Http404(str(error)) from None
    return handed_out(file.content, file.media_type, file.name)


@require_POST
@page("billing.edit", "money")
def settlement_agreed(request: OperatorRequest, public_id: str) -> HttpResponse:
    """Number it and book what is owed."""
    found = _settlement_or_404(request, public_id)
    try:
        made = settlement_agree(found, request.viewer.actor)
        messages.success(request, f"Agreed as {made.code}, and booked.")
    except (BooksRefuse, ValidationError) as error:
        messages.error(request, f"Nothing was agreed: {_words(error)}")
    return redirect("dashboard:settlement", public_id)


def _words(error: BooksRefuse | ValidationError) -> str:
    return " ".join(error.messages) if isinstance(error, ValidationError) else str(error)


@require_POST
@page("billing.edit", "money")
def settlement_discarded(request: OperatorRequest, public_id: str) -> HttpResponse:
    """Throw a draft away."""
    found = _settlement_or_404(request, public_id)
    try:
        settlement_discard(found, request.viewer.actor)
    except (BooksRefuse, ValidationError) as error:
        messages.error(request, f"Nothing was discarded: {_words(error)}")
        return redirect("dashboard:settlement", public_id)
    messages.success(request, "The draft is gone; its sessions come onto the next statement.")
    return redirect("dashboard:host_agreement", found.agreement.public_id)


@require_POST
@page("billing.edit", "money")
def settlement_paid(request: OperatorRequest, public_id: str) -> HttpResponse:
    """The bank moved it."""
    found, form = _settlement_or_404(request, public_id), PaidForm(request.POST)
    if form.is_valid():
        try:
            settlement_pay(
                found, form.cleaned_data["on"], form.cleaned_data["reference"], request.viewer.actor
            )
            messages.success(request, "Paid.")
            return redirect("dashboard:settlement", public_id)
        except ValidationError as error:
            refuse(form, error)
        except BooksRefuse as error:
            form.add_error(None, str(error))
    return _shown(request, found, form)
