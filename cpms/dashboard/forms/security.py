"""Forms about security: profiles, roots, confirmations."""

from typing import Any

from django import forms

from chargers.choices import CertificateUse, SecurityProfile
from chargers.services.security.changes import DEFAULT_WINDOW_MIN, MAX_WINDOW_MIN


class RaiseForm(forms.Form):
    """A higher profile, and how long the old one holds beside it."""

    profile = forms.TypedChoiceField(coerce=int, label="Raise to")
    window_min = forms.IntegerField(
        min_value=1,
        max_value=MAX_WINDOW_MIN,
        initial=DEFAULT_WINDOW_MIN,
        label="Minutes in which the old profile still holds",
        help_text="If the station does not come back with the new one by then, everything stays as it was.",
    )
    anyway = forms.BooleanField(
        required=False,
        label="Ask it although a check is not met",
        help_text="The old profile holds meanwhile.",
    )

    def __init__(self, *args: Any, floor: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        higher = [choice for choice in SecurityProfile.choices if choice[0] > max(floor, 1)]
        self.fields["profile"].choices = higher  # type: ignore[attr-defined]


class FloorForm(forms.Form):
    """What a station must reach, set by hand."""

    profile = forms.TypedChoiceField(
        coerce=int, label="It must reach at least", choices=SecurityProfile.choices[1:]
    )
    confirm = forms.CharField(
        label="Its identity, to confirm",
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )

    def __init__(self, *args: Any, identity: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.identity = identity

    def clean_confirm(self) -> str:
        """The identity, typed as it is."""
        typed = str(self.cleaned_data["confirm"]).strip()
        if typed != self.identity:
            raise forms.ValidationError(f"Type {self.identity}.")
        return typed


class RootForm(forms.Form):
    """A root certificate to hand out."""

    name = forms.CharField(max_length=120)
    use = forms.ChoiceField(choices=CertificateUse.choices, label="Trusted for")
    certificate = forms.CharField(
        label="Certificate (PEM)",
        help_text="One root, from BEGIN to END CERTIFICATE. Never a private key.",
        widget=forms.Textarea(attrs={"rows": 8, "class": "code", "spellcheck": "false"}),
    )
