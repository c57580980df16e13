"""A code of an app beside the password: asked for, switched on and off, and codes for who lost the app.

What happens is django-allauth's; these pages only stand where its own would.
"""

from typing import Any

from allauth.mfa.base.views import AuthenticateView, ReauthenticateView
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.views import GenerateRecoveryCodesView, ViewRecoveryCodesView
from allauth.mfa.totp.views import ActivateTOTPView, DeactivateTOTPView
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from ..own import DriverRequest, driver_page
from ..passkeys import may_add, passkeys_of
from .entrance import Entrance


class LoginCode(AuthenticateView):
    """After the password: the code of the app, one for emergencies, or a passkey."""

    template_name = "portal/login_code.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        context["form"].fields["code"].label = _("Code")
        has_passkey = passkeys_of(self.stage.login.user).exists()
        return context | {"options": context.get("js_data") if has_passkey else None}


class ConfirmCode(Entrance, ReauthenticateView):
    """The code once more before something that matters."""

    template_name = "portal/confirm_code.html"


@driver_page
@require_safe
def two_factor(request: DriverRequest) -> HttpResponse:
    """Whether a code is asked for, and what can be done about it."""
    kept = set(Authenticator.objects.filter(user=request.user).values_list("type", flat=True))
    context = {
        "is_on": Authenticator.Type.TOTP in kept,
        "has_codes": Authenticator.Type.RECOVERY_CODES in kept,
        "may_add": may_add(request.user),
    }
    return render(request, "portal/two_factor.html", context)


class TwoFactorOn(Entrance, ActivateTOTPView):
    """The secret for the app, and the first code it makes."""

    template_name = "portal/two_factor_on.html"


class TwoFactorOff(Entrance, DeactivateTOTPView):
    """The password alone is enough again."""

    template_name = "portal/two_factor_off.html"
    success_url = reverse_lazy("portal:two_factor")


class RecoveryCodes(ViewRecoveryCodesView):
    """Codes for who lost the app, each for one time."""

    template_name = "portal/recovery_codes.html"


class RecoveryCodesNew(Entrance, GenerateRecoveryCodesView):
    """Others in their place."""

    template_name = "portal/recovery_codes_new.html"
    success_url = reverse_lazy("portal:recovery_codes")
