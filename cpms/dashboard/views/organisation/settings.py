"""The organisation's members and API keys."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from cpms.accounts.models import User
from cpms.accounts.roles import Role
from cpms.accounts.selectors import api_keys_for, memberships_for
from cpms.accounts.services.api_keys import api_key_create, api_key_revoke
from cpms.accounts.services.organisations import LastOwner, OwnersOnly, member_add, member_remove

from ...access import OperatorRequest, page, require
from ...forms.saving import save, submitted
from ...forms.settings import ApiKeyForm, MemberForm, RoleForm


@page("members.view", "settings")
def members(request: OperatorRequest) -> HttpResponse:
    """Who belongs to the organisation, and adding somebody who has an account."""
    form = MemberForm(submitted(request))
    if request.method == "POST" and _add(request, form):
        return redirect("dashboard:members")
    rows = memberships_for(request.viewer).order_by("user__email")
    context = {"form": form, "members": rows, "roles": Role.choices}
    return render(request, "dashboard/members.html", context, status=422 if form.errors else 200)


def _add(request: OperatorRequest, form: MemberForm) -> bool:
    """Add the member, or put into the form why not."""
    require(request, "members.edit")
    if not form.is_valid():
        return False
    user = User.objects.filter(email__iexact=form.cleaned_data["email"], is_active=True).first()
    if user is None:
        form.add_error("email", "Nobody with this address has signed up yet.")
        return False
    return _set_role(request, user, form.cleaned_data["role"])


def _set_role(request: OperatorRequest, user: User, role: str) -> bool:
    try:
        member_add(request.organisation, user, Role(role), request.viewer.actor)
    except (LastOwner, OwnersOnly) as error:
        messages.error(request, f"{error}.")
        return True
    messages.success(request, f"{user.email} is now {Role(role).label.lower()}.")
    return True


@require_POST
@page("members.edit", "settings")
def member_role(request: OperatorRequest, public_id: str) -> HttpResponse:
    """Give a member another role."""
    found = get_object_or_404(memberships_for(request.viewer), public_id=public_id)
    form = RoleForm(request.POST)
    if form.is_valid():
        _set_role(request, found.user, form.cleaned_data["role"])
    return redirect("dashboard:members")


@require_POST
@page("members.edit", "settings")
def member_out(request: OperatorRequest, public_id: str) -> HttpResponse:
    """End a membership."""
    found = get_object_or_404(memberships_for(request.viewer), public_id=public_id)
    try:
        member_remove(found, request.viewer.actor)
        messages.success(request, f"{found.user.email} is no member any more.")
    except (LastOwner, OwnersOnly) as error:
        messages.error(request, f"{error}.")
    return redirect("dashboard:members")


@page("apikeys.view", "settings")
def api_keys(request: OperatorRequest) -> HttpResponse:
    """The keys, and making one; its text is shown once."""
    granted = request.viewer.grants[request.organisation.pk]
    form = ApiKeyForm(submitted(request), granted=granted)
    context: dict[str, Any] = {"form": form}
    if request.method == "POST":
        context |= _new_key(request, form)
    context["keys"] = api_keys_for(request.viewer)
    response = render(request, "dashboard/api_keys.html", context, status=422 if form.errors else 200)
    response["Cache-Control"] = "no-store"
    return response


def _new_key(request: OperatorRequest, form: ApiKeyForm) -> dict[str, Any]:
    require(request, "apikeys.edit")
    made = save(form, api_key_create, organisation=request.organisation, actor=request.viewer.actor)
    if not made:
        return {}
    key, secret = made
    blank = ApiKeyForm(granted=request.viewer.grants[request.organisation.pk])
    return {"made": key, "secret": secret, "form": blank}


@require_POST
@page("apikeys.edit", "settings")
def api_key_out(request: OperatorRequest, public_id: str) -> HttpResponse:
    """Revoke a key: from now on it opens nothing."""
    found = get_object_or_404(api_keys_for(request.viewer), public_id=public_id)
    api_key_revoke(found, request.viewer.actor)
    messages.success(request, f"{found.name} is revoked.")
    return redirect("dashboard:api_keys")
