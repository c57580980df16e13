"""Accounts made, changed, closed and opened again."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from billing.models import Account
from billing.services.accounts.parties import (
    account_change,
    account_close,
    account_open,
    account_reopen,
    party_change,
    party_create,
)
from billing.services.books.refusals import Overdrawn

from ...access import OperatorRequest, page
from ...forms.accounts import AccountChangeForm, AccountForm
from ...forms.saving import refuse, submitted
from ...money import frame, usual_currency
from .accounts import account_or_404


@page("billing.edit", "money")
def account_new(request: OperatorRequest) -> HttpResponse:
    """A new account with its holder."""
    form = AccountForm(submitted(request), initial={"currency": usual_currency(request.organisation)})
    made = _opened(request, form) if request.method == "POST" and form.is_valid() else None
    if made:
        messages.success(request, "The account is open. Link the ID tags whose sessions it pays.")
        return redirect("dashboard:account", made.public_id)
    return _form(request, form)


def _opened(request: OperatorRequest, form: AccountForm) -> Account | None:
    actor = request.viewer.actor
    try:
        with transaction.atomic():
            party = party_create(request.organisation, actor, **form.holder)
            return account_open(party, actor, currency=form.cleaned_data["currency"], **form.facts)
    except ValidationError as error:
        refuse(form, error)
        return None


@page("billing.edit", "money")
def account_edit(request: OperatorRequest, public_id: str) -> HttpResponse:
    """Change an account and its holder."""
    found = account_or_404(request, public_id)
    form = AccountChangeForm(found, submitted(request))
    if request.method == "POST" and form.is_valid() and _changed(request, found, form):
        messages.success(request, "Saved.")
        return redirect("dashboard:account", public_id)
    return _form(request, form, found)


def _changed(request: OperatorRequest, found: Account, form: AccountForm) -> bool:
    actor = request.viewer.actor
    try:
        with transaction.atomic():
            party_change(found.party, actor, **form.holder)
            account_change(found, actor, **form.facts)
    except ValidationError as error:
        refuse(form, error)
        return False
    except Overdrawn:
        form.add_error("overshoot", "The wallet is further below zero than this.")
        return False
    return True


def _form(request: OperatorRequest, form: AccountForm, found: Account | None = None) -> HttpResponse:
    context: dict[str, Any] = frame(request, "accounts") | {"form": form, "account": found}
    return render(request, "dashboard/account_form.html", context, status=422 if form.errors else 200)


@require_POST
@page("billing.edit", "money")
def account_shut(request: OperatorRequest, public_id: str) -> HttpResponse:
    """Close it; what is owed or left is settled first."""
    try:
        account_close(account_or_404(request, public_id), request.viewer.actor)
        messages.success(
            request, "The account is closed. Its ID tags are refused until another account pays for them."
        )
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    return redirect("dashboard:account", public_id)


@require_POST
@page("billing.edit", "money")
def account_open_again(request: OperatorRequest, public_id: str) -> HttpResponse:
    """Open a closed one again."""
    account_reopen(account_or_404(request, public_id), request.viewer.actor)
    messages.success(request, "The account is open again, and its ID tags charge again.")
    return redirect("dashboard:account", public_id)
