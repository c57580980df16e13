"""Signing in and opening an account, in the dress of the driver pages; what happens is django-allauth's.

Both lead back to the charger that was scanned: `next` is followed within this site only.
"""

from contextlib import suppress
from typing import Any

from allauth.account.utils import get_next_redirect_url, passthrough_next_redirect_url
from allauth.account.views import LoginView, SignupView
from django.http import HttpResponse
from django.urls import Resolver404, resolve, reverse
from django.utils.translation import gettext_lazy as _

from chargers.models import Evse
from chargers.stickers import evse_of
from cpms.accounts.models import User
from cpms.drivers.services.joining import NoPrice, driver_join_at

_LABELS = {
    "login": _("E-mail"), "email": _("E-mail"), "password": _("Password"), "password1": _("Password"),
    "password2": _("Password once more"), "remember": _("Stay signed in on this phone"),
    "oldpassword": _("Password until now"), "code": _("Code"),
}  # fmt: skip


class Entrance:
    """What all share: our labels, our addresses, the account page where nothing else was asked for."""

    request: Any

    def get_form(self, form_class: Any = None) -> Any:
        form = super().get_form(form_class)  # type: ignore[misc]
        for name, field in form.fields.items():
            field.label = _LABELS.get(name, field.label)
            field.widget.attrs.pop("placeholder", None)
            field.help_text = ""
        return form

    def get_default_success_url(self) -> str:
        return reverse("portal:account")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        ways = {"login_url": "portal:login", "signup_url": "portal:signup"}
        context: dict[str, Any] = super().get_context_data(**kwargs)  # type: ignore[misc]
        return context | {
            name: passthrough_next_redirect_url(self.request, reverse(to), "next")
            for name, to in ways.items()
        }


class Login(Entrance, LoginView):
    """Sign in with a password, or a passkey."""

    template_name = "portal/login.html"


class Signup(Entrance, SignupView):
    """Open an account; who comes from a charger gets one with its operator too."""

    template_name = "portal/signup.html"

    def form_valid(self, form: Any) -> HttpResponse:
        answer: HttpResponse = super().form_valid(form)
        evse = _scanned(get_next_redirect_url(self.request) or "")
        # An address that is known already makes nobody new, and is not told so.
        if isinstance(self.user, User) and evse is not None:
            with suppress(NoPrice):
                driver_join_at(self.user, evse)
        return answer


def _scanned(path: str) -> Evse | None:
    """The EVSE whose page somebody came from."""
    try:
        found = resolve(path)
    except Resolver404:
        return None
    return evse_of(found.kwargs["code"]) if found.view_name == "portal:landing" else None
