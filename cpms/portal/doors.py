"""Drivers stay on driver pages: what django-allauth has for everybody has a twin here, and they are led to it.

Whoever began on a driver page is led to the twins wherever allauth sends him; whoever only drives, from every page of
allauth's own, too, however he came there. Signing out is no page: the button on the account page is.
"""

from collections.abc import Callable
from typing import Final

from allauth.account.internal.stagekit import get_pending_stage
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import Resolver404, resolve, reverse
from django.utils.translation import gettext_lazy as _

from .adapter import only_drives
from .languages import DRIVER_PATHS

THEIRS: Final = "/accounts/"
TWINS: Final = {
    "account_login": "login",
    "account_logout": "account",
    "account_inactive": "login",
    "account_signup": "signup",
    "account_reauthenticate": "confirm",
    "account_email": "email",
    "account_email_verification_sent": "login",
    "account_change_password": "password",
    "account_set_password": "password_reset",
    "account_reset_password": "password_reset",
    "account_reset_password_done": "login",
    "account_reset_password_from_key": "password_new",
    "account_reset_password_from_key_done": "login",
    "account_confirm_email": "email_confirm",
    "account_confirm_login_code": "login",
    "mfa_index": "two_factor",
    "mfa_authenticate": "login_code",
    "mfa_reauthenticate": "confirm_code",
    "mfa_activate_totp": "two_factor_on",
    "mfa_deactivate_totp": "two_factor_off",
    "mfa_view_recovery_codes": "recovery_codes",
    "mfa_generate_recovery_codes": "recovery_codes_new",
    "mfa_download_recovery_codes": "recovery_codes",
    "mfa_list_webauthn": "passkeys",
    "mfa_add_webauthn": "passkey_new",
    "mfa_reauthenticate_webauthn": "confirm",
    "mfa_remove_webauthn": "passkeys",
    "mfa_edit_webauthn": "passkeys",
    "mfa_login_webauthn": "login",
    "usersessions_list": "account",
}
"""A page of allauth's, and its twin among the driver pages."""
_SAID: Final = {
    "account_inactive": _("This account is closed."),
    "account_email_verification_sent": _("Open the link in the mail that we sent to you, then sign in."),
}
"""What the page would have said whose twin says nothing of it."""
_NAMED: Final = ("account_reset_password_from_key", "account_confirm_email")


class DriverDoors:
    """Leads drivers from allauth's own pages to their twins."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path.startswith(THEIRS):
            return self._theirs(request)
        response = self.get_response(request)
        if request.path.startswith(DRIVER_PATHS) and response.status_code in (301, 302, 303):
            self._leads_on(request, response)
        return response

    def _leads_on(self, request: HttpRequest, response: HttpResponse) -> None:
        before = response.headers["Location"]
        twin = twin_of(before)
        if not twin:
            return
        response.headers["Location"] = twin
        said = _SAID.get(resolve(before.partition("?")[0]).url_name or "")
        if said:
            messages.info(request, said)

    def _theirs(self, request: HttpRequest) -> HttpResponse:
        twin = twin_of(request.get_full_path())
        signs_out = request.method == "POST" and request.path == reverse("account_logout")
        if twin and not signs_out and _drives(request):
            return HttpResponseRedirect(twin)
        return self.get_response(request)


def twin_of(url: str) -> str:
    """The driver page that stands for a page of allauth's, with what was asked; "" for any other address."""
    path, mark, query = url.partition("?")
    if not path.startswith(THEIRS):
        return ""
    try:
        found = resolve(path)
    except Resolver404:
        return ""
    name = TWINS.get(found.url_name or "")
    if name is None:
        return ""
    kwargs = found.kwargs if found.url_name in _NAMED else {}
    return reverse(f"portal:{name}", kwargs=kwargs) + mark + query


def _drives(request: HttpRequest) -> bool:
    """Whether a driver asks: signed in, or known by his password and still to give a code."""
    if request.user.is_authenticated:
        return only_drives(request.user)
    stage = get_pending_stage(request)
    return stage is not None and stage.login.user is not None and only_drives(stage.login.user)
