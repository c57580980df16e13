"""What is done to an account: people, ID tags and groups come and go, transfers are booked, vouchers redeemed."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.forms import BaseForm
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST

from billing.choices import AccountRole
from billing.models import Account
from billing.selectors.accounts import account_groups_for, account_memberships_for, account_tags_for
from billing.selectors.payments import payment_methods_for
from billing.services.accounts.bank import bank_receive, bank_return
from billing.services.accounts.parties import member_remove, member_set, person_named
from billing.services.books.refusals import BooksRefuse
from billing.services.payments.methods import method_remove
from billing.services.ratings.payers import (
    group_pay_from,
    group_pay_no_more,
    tag_named,
    tag_pay_from,
    tag_pay_no_more,
)
from billing.services.vouchers.redeeming import NotRedeemed, voucher_redeem
from chargers.selectors.tags import id_tag_groups_for

from ...access import OperatorRequest, page
from ...forms.accounts import (
    AccountMemberForm,
    LinkGroupForm,
    LinkTagForm,
    TransferForm,
)
from ...forms.saving import refuse, submitted
from ...forms.vouchers import RedeemForm
from .accounts import account_or_404, account_shown


def _done(
    request: OperatorRequest, found: Account, name: str, form: BaseForm, act: Callable[[], object], said: str
) -> HttpResponse:
    """Act with a valid form; a refusal is shown in it."""
    if form.is_valid():
        try:
            act()
            messages.success(request, said)
            return redirect("dashboard:account", found.public_id)
        except ValidationError as error:
            refuse(form, _as_typed(error))
        except BooksRefuse as error:
            form.add_error(None, f"The books refuse it: {error}.")
    return account_shown(request, found, **{name: form})


def _as_typed(error: ValidationError) -> ValidationError:
    """The same under the names of the forms: an amount is typed in the usual unit."""
    if not hasattr(error, "error_dict"):
        return error
    return ValidationError({"amount" if k == "amount_minor" else k: v for k, v in error.message_dict.items()})


@require_POST
@page("billing.edit", "money")
def account_member(request: OperatorRequest, public_id: str) -> HttpResponse:
    """Add a person, or change role and budget."""
    found = account_or_404(request, public_id)
    form = AccountMemberForm(found.currency, submitted(request), prefix="member")

    def act() -> object:
        data = form.cleaned_data
        person, role = person_named(data["email"]), AccountRole(data["role"])
        return member_set(found, person, role, request.viewer.actor, budget_minor=data["budget_minor"])

    return _done(request, found, "member_form", form, act, "Saved.")


@require_POST
@page("billing.edit", "money")
def account_member_remove(request: OperatorRequest, public_id: str) -> HttpResponse:
    """Remove a person; an account keeps an owner while it has people."""
    member = get_object_or_404(account_memberships_for(request.viewer), public_id=public_id)
    try:
        member_remove(member.account, member.user, request.viewer.actor)
        messages.success(request, f"{member.user.label} does not belong to it any more.")
    except ValidationError as error:
        messages.error(request, f"Nothing was changed: {' '.join(error.messages)}.")
    return redirect("dashboard:account", member.account.public_id)


@require_POST
@page("billing.edit", "money")
def account_tag(request: OperatorRequest, public_id: str) -> HttpResponse:
    """Let it pay for an ID tag from now on."""
    found = account_or_404(request, public_id)
    members = account_memberships_for(request.viewer).filter(account=found)
    form = LinkTagForm(members, submitted(request), prefix="tag")

    def act() -> object:
        member = form.cleaned_data["member"]
        tag = tag_named(found.organisation, form.cleaned_data["uid"])
        return tag_pay_from(tag, found, request.viewer.actor, member.user if member else None)

    said = "Sessions that begin with the tag from now on are charged here."
    return _done(request, found, "tag_form", form, act, said)


@require_POST
@page("billing.edit", "money")
def account_tag_remove(request: OperatorRequest, public_id: str) -> HttpResponse:
    """Let a tag go."""
    link = get_object_or_404(account_tags_for(request.viewer), public_id=public_id)
    tag_pay_no_more(link, request.viewer.actor)
    messages.success(request, "Sessions that begin with the tag from now on are not charged here.")
    return redirect("dashboard:account", link.account.public_id)


@require_POST
@page("billing.edit", "money")
def account_group(request: OperatorRequest, public_id: str) -> HttpResponse:
    """Let it pay for a group of ID tags from now on."""
    found = account_or_404(request, public_id)
    groups = id_tag_groups_for(request.viewer).filter(organisation=found.organisation_id)
    form = LinkGroupForm(groups, submitted(request), prefix="group")

    def act() -> object:
        return group_pay_from(form.cleaned_data["group"], found, request.viewer.actor)

    said = "Sessions that begin with a tag of the group from now on are charged here."
    return _done(request, found, "group_form", form, act, said)


@require_POST
@page("billing.edit", "money")
def account_group_remove(request: OperatorRequest, public_id: str) -> HttpResponse:
    """Let a group go."""
    link = get_object_or_404(account_groups_for(request.viewer), public_id=public_id)
    group_pay_no_more(link, request.viewer.actor)
    messages.success(request, "Sessions that begin with the group's tags from now on are not charged here.")
    return redirect("dashboard:account", link.account.public_id)


@require_POST
@page("billing.edit", "money")
def account_transfer(request: OperatorRequest, public_id: str) -> HttpResponse:
    """Book a line of a bank statement."""
    found = account_or_404(request, public_id)
    form = TransferForm(found, submitted(request), prefix="transfer")

    def act() -> Any:
        what, actor = form.cleaned_data["what"], request.viewer.actor
        if what == "back":
            return bank_return(found, form.transfer, actor)
        return bank_receive(found, form.transfer, actor, pays_claim=what == "claim")

    return _done(request, found, "transfer_form", form, act, "The transfer is booked.")


@require_POST
@page("billing.edit", "money")
def account_voucher(request: OperatorRequest, public_id: str) -> HttpResponse:
    """Redeem a code that a driver read out, for sessions that begin from now on."""
    found = account_or_404(request, public_id)
    form = RedeemForm(submitted(request), prefix="voucher")

    def act() -> object:
        try:
            return voucher_redeem(found, form.cleaned_data["code"], request.viewer.actor)
        except NotRedeemed as refused:
            raise ValidationError({"code": f"{str(refused).capitalize()}."}) from None

    return _done(request, found, "voucher_form", form, act, "Redeemed, for sessions that begin from now on.")


@require_POST
@page("billing.edit", "money")
def account_method_remove(request: OperatorRequest, public_id: str) -> HttpResponse:
    """Remove a stored card: nothing new is paid with it."""
    method = get_object_or_404(payment_methods_for(request.viewer), public_id=public_id)
    method_remove(method, request.viewer.actor)
    messages.success(request, "The card is removed. Payments that run are finished.")
    return redirect("dashboard:account", method.account.public_id)
