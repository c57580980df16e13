"""Proving that it is really oneself, and that an address is one's own, in the dress of the driver pages.

What happens is django-allauth's; these pages only stand where its own would.
"""

from typing import Any

from allauth.account.views import ConfirmEmailView, ReauthenticateView
from allauth.mfa.webauthn.internal.auth import begin_authentication
from allauth.mfa.webauthn.views import LoginWebAuthnView, ReauthenticateWebAuthnView
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from ..passkeys import has_code, passkeys_of
from .entrance import Entrance


class Confirm(Entrance, ReauthenticateView):
    """The password once more before something that matters, or a passkey."""

    template_name = "portal/confirm.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        context["has_code"] = has_code(self.request.user)
        context["code_url"] = self.passthrough_next_url(reverse("portal:confirm_code"))
        if passkeys_of(self.request.user).exists():
            context["options"] = {"request_options": begin_authentication(self.request.user)}
        return context


class ConfirmPasskey(ReauthenticateWebAuthnView):
    """The passkey's answer to that page."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return redirect(self.passthrough_next_url(reverse("portal:confirm")))

    def get_default_success_url(self) -> str:
        return reverse("portal:account")

    def form_invalid(self, form: Any) -> HttpResponse:
        messages.error(self.request, _("This passkey does not fit. Try again, or use your password."))
        return redirect(self.passthrough_next_url(reverse("portal:confirm")))


class PasskeyLogin(LoginWebAuthnView):
    """The passkey's answer to the sign-in page."""

    def form_invalid(self, form: Any) -> HttpResponse:
        messages.error(self.request, _("This passkey is not known here. Sign in with your password."))
        return redirect("portal:login")


class EmailConfirm(ConfirmEmailView):
    """The link of the mail to a new address."""

    template_name = "portal/email_confirm.html"

    def respond(self, success: bool) -> HttpResponse:
        if success:
            messages.success(self.request, _("Thank you: your e-mail address is confirmed."))
        else:
            messages.error(self.request, _("This link is not valid any more. Ask for a new one."))
        return redirect("portal:account")
