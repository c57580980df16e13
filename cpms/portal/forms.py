"""What drivers fill in."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _


class GuestForm(forms.Form):
    """All a guest is asked for: where the receipt goes."""

    email = forms.EmailField(
        label=_("E-mail for the receipt"),
        max_length=254,
        error_messages={
            "required": _("Enter your e-mail address: the receipt goes there."),
            "invalid": _("This is no e-mail address. It looks like name@example.com."),
        },
        widget=forms.EmailInput(attrs={"autocomplete": "email", "inputmode": "email", "enterkeyhint": "go"}),
    )

    def clean_email(self) -> Any:
        """Lower case in the domain's part only matters to nobody: kept as typed, without the spaces around."""
        return self.cleaned_data["email"].strip()


class CodeForm(forms.Form):
    """The code printed under the QR code, for phones that cannot scan."""

    code = forms.CharField(
        label=_("Code on the sticker"),
        max_length=40,
        error_messages={"required": _("Type the code that is printed under the QR code.")},
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}
        ),
    )
