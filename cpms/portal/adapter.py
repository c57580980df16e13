"""How django-allauth behaves for drivers: what begins on a driver page goes on there, in its dress and its language."""

import logging
from smtplib import SMTPException
from typing import Any

from allauth.account.internal.flows.reauthentication import get_reauthentication_flows
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.http import HttpRequest
from django.urls import reverse

from cpms.accounts.adapter import AccountAdapter

from .languages import DRIVER_PATHS

logger = logging.getLogger(__name__)


class DriverAdapter(AccountAdapter):
    """Links of mails and questions lead drivers to driver pages, everybody else where they led before."""

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """A mail server that is away keeps nobody from signing up; the mail can be asked for again."""
        try:
            super().send_mail(template_prefix, email, context)
        except (SMTPException, OSError):
            logger.exception("the mail %s was not sent", template_prefix)

    def get_email_confirmation_url(self, request: HttpRequest, emailconfirmation: Any) -> str:
        """Of the mail to a new address."""
        if not _is_driver_page(request):
            return str(super().get_email_confirmation_url(request, emailconfirmation))
        return request.build_absolute_uri(reverse("portal:email_confirm", args=[emailconfirmation.key]))

    def get_reset_password_from_key_url(self, key: str) -> str:
        """Of the mail to who forgot his password; the key is the user's id, "-" and a secret."""
        if not _is_driver_page(self.request):
            return str(super().get_reset_password_from_key_url(key))
        uid, _, secret = key.partition("-")
        return str(self.request.build_absolute_uri(reverse("portal:password_new", args=[uid, secret])))

    def get_reauthentication_methods(self, user: Any) -> list[dict[str, Any]]:
        """Where somebody proves once more that it is he."""
        if not _is_driver_page(self.request):
            return list(super().get_reauthentication_methods(user))
        flows = get_reauthentication_flows(user)
        return [{"id": flow["id"], "description": "", "url": reverse(_door(flow))} for flow in flows]


class DriverMfaAdapter(DefaultMFAAdapter):
    """A driver's passkey is another way in, no lock on the first: who loses his phone still has his password."""

    def is_mfa_enabled(self, user: Any, types: Any = None) -> bool:
        """Whether a password alone is not enough; keys of who works for an operator always count."""
        asked = set(types or Authenticator.Type.values)
        if {Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN} <= asked and only_drives(user):
            asked = {Authenticator.Type.TOTP}
        return bool(super().is_mfa_enabled(user, asked))


def _door(flow: dict[str, Any]) -> str:
    if flow["id"] == "reauthenticate":
        return "portal:confirm"
    has_code = Authenticator.Type.TOTP in flow["types"]
    return "portal:confirm_code" if has_code else "portal:confirm_passkey"


def _is_driver_page(request: HttpRequest | None) -> bool:
    return request is not None and request.path.startswith(DRIVER_PATHS)


def only_drives(user: Any) -> bool:
    """Whether somebody is a driver and works for no operator."""
    return user.drives.exists() and not user.memberships.exists() and not user.is_staff
