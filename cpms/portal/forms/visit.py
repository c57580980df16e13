"""What drivers fill in."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy
from django.utils.translation import gettext_lazy as _

from cpms.drivers.choices import ProblemKind


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


_CODE = {"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}


class CardForm(forms.Form):
    """A card, and the charger it will be held to."""

    number = forms.CharField(
        label=_("Number on the card"),
        max_length=60,
        error_messages={"required": _("Type the number that is printed on the card.")},
        widget=forms.TextInput(attrs=_CODE),
    )
    label = forms.CharField(label=_("Name for it"), max_length=60, required=False)
    code = forms.CharField(
        label=_("Code of the charger before you"),
        max_length=40,
        help_text=_("It is on the charger's sticker. You hold the card to this charger within ten minutes."),
        error_messages={"required": _("Type the code on the sticker of the charger before you.")},
        widget=forms.TextInput(attrs=_CODE),
    )


class LabelForm(forms.Form):
    """A card's name."""

    label = forms.CharField(max_length=60, required=False)


class ProblemForm(forms.Form):
    """What is wrong at a charger. Who is not signed in may leave an address for an answer."""

    what = forms.ChoiceField(
        label=_("What is wrong?"),
        choices=[(kind.value, gettext_lazy(kind.label)) for kind in ProblemKind],
        error_messages={"required": _("Choose what is wrong."), "invalid_choice": _("Choose what is wrong.")},
    )
    text = forms.CharField(
        label=_("In your words"), max_length=1000, required=False, widget=forms.Textarea(attrs={"rows": 4})
    )
    email = forms.EmailField(label=_("E-mail for an answer"), max_length=254, required=False)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("what") == ProblemKind.OTHER and not cleaned.get("text"):
            self.add_error("text", _("Say in a few words what is wrong."))
        return cleaned
