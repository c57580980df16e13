"""A driver's passkeys: see, add, name, remove."""

from allauth.account.internal.flows.email_verification import send_verification_email_for_user
from allauth.account.internal.flows.reauthentication import raise_if_reauthentication_required
from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn.internal.auth import begin_registration
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from .. import passkeys as service
from ..own import DriverRequest, driver_page

_APP = "allauth.mfa"


@driver_page
@require_safe
def passkeys(request: DriverRequest) -> HttpResponse:
    """Those there are, and the way to one more."""
    context = {"passkeys": service.passkeys_of(request.user), "may_add": service.may_add(request.user)}
    return render(request, "portal/passkeys.html", context)


@driver_page
@require_http_methods(["GET", "HEAD", "POST"])
def passkey_new(request: DriverRequest) -> HttpResponse:
    """The phone makes one. Whoever is not sure to be the account's owner proves that first."""
    if not service.may_add(request.user):
        return redirect("portal:passkeys")
    raise_if_reauthentication_required(request, app=_APP)
    form = service.PasskeyForm(request.POST or None, user=request.user, initial={"name": _("My phone")})
    if request.method == "POST" and form.is_valid():
        service.passkey_add(request, request.user, form.cleaned_data["name"], form.cleaned_data["credential"])
        messages.success(request, _("The passkey is added. Next time it is enough to sign in."))
        return redirect("portal:passkeys")
    context = {"form": form, "options": {"creation_options": begin_registration(request.user, True)}}
    return render(request, "portal/passkey_new.html", context, status=422 if form.errors else 200)


@require_POST
@driver_page
def passkey_rename(request: DriverRequest, pk: int) -> HttpResponse:
    """Give it another name."""
    passkey, form = _passkey(request, pk), service.NameForm(request.POST)
    if form.is_valid():
        service.passkey_rename(passkey, form.cleaned_data["name"])
    else:
        messages.error(request, _("A name has between one and 60 letters, please."))
    return redirect("portal:passkeys")


@require_POST
@driver_page
def passkey_remove(request: DriverRequest, pk: int) -> HttpResponse:
    """Let it open nothing any more."""
    passkey = _passkey(request, pk)
    raise_if_reauthentication_required(request, app=_APP)
    service.passkey_remove(request, passkey)
    messages.success(request, _("The passkey is removed: it opens your account no more."))
    return redirect("portal:passkeys")


@require_POST
@driver_page
def email_again(request: DriverRequest) -> HttpResponse:
    """Send the link that confirms the address once more."""
    if send_verification_email_for_user(request, request.user):
        messages.success(request, _("The mail is on its way to %s.") % request.user.email)
    else:
        messages.error(request, _("A mail went out a moment ago. Look for it, or wait three minutes."))
    return redirect("portal:passkeys")


def _passkey(request: DriverRequest, pk: int) -> Authenticator:
    return get_object_or_404(service.passkeys_of(request.user), pk=pk)
