"""A driver's password: another one, or a new one for who forgot it. What happens is django-allauth's."""

from typing import Any

from allauth.account.views import PasswordChangeView, PasswordResetFromKeyView, PasswordResetView
from django.contrib import messages
from django.http import HttpResponse
from django.urls import reverse_lazy
from django.utils.translation import gettext as _

from .entrance import Entrance


class PasswordChange(Entrance, PasswordChangeView):
    """Another password for who knows the old one."""

    template_name = "portal/password.html"


class PasswordReset(Entrance, PasswordResetView):
    """Ask for a mail with a link. Whether there is such an account is told to nobody."""

    template_name = "portal/password_reset.html"
    success_url = reverse_lazy("portal:login")

    def get_default_success_url(self) -> str:
        return str(self.success_url)

    def form_valid(self, form: Any) -> HttpResponse:
        answer: HttpResponse = super().form_valid(form)
        text = _("If there is an account with this address, a mail with a link is on its way to it.")
        messages.success(self.request, text)
        return answer


class PasswordNew(Entrance, PasswordResetFromKeyView):
    """The link of that mail."""

    template_name = "portal/password_new.html"
    success_url = reverse_lazy("portal:login")

    def get_default_success_url(self) -> str:
        return str(self.success_url)
