"""A driver's passkeys: kept by django-allauth as keys of the Web Authentication standard (W3C WebAuthn)."""

from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa import signals
from allauth.mfa.base.internal.flows import delete_and_cleanup
from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn.forms import SignupWebAuthnForm
from allauth.mfa.webauthn.internal.auth import WebAuthn
from django import forms
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from cpms.accounts.models import User

_LONGEST = 60


class PasskeyForm(SignupWebAuthnForm):
    """What the phone made, and what its owner calls it."""

    name = forms.CharField(label=_("Name"), max_length=_LONGEST, required=False)


class NameForm(forms.Form):
    """Another name."""

    name = forms.CharField(max_length=_LONGEST)


def passkeys_of(user: User) -> QuerySet[Authenticator]:
    """His own, the oldest first."""
    found: QuerySet[Authenticator] = Authenticator.objects.filter(user=user, type=Authenticator.Type.WEBAUTHN)
    return found.order_by("created_at", "id")


def has_code(user: User) -> bool:
    """Whether an app makes codes for him."""
    return bool(Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).exists())


def may_add(user: User) -> bool:
    """Whether his address is his: else somebody could take over an account before its owner confirms it."""
    return not EmailAddress.objects.filter(user=user, verified=False).exists()


def passkey_add(request: HttpRequest, user: User, name: str, credential: dict[str, Any]) -> Authenticator:
    """Keep one that `PasskeyForm` has verified."""
    made: Authenticator = WebAuthn.add(user, name, credential).instance
    signals.authenticator_added.send(sender=Authenticator, request=request, user=user, authenticator=made)
    return made


def passkey_rename(passkey: Authenticator, name: str) -> None:
    """Call it otherwise."""
    passkey.wrap().name = name
    passkey.save(update_fields=["data"])


def passkey_remove(request: HttpRequest, passkey: Authenticator) -> None:
    """It opens nothing any more."""
    delete_and_cleanup(request, passkey)
