"""Forms of decisions about prices."""

from django import forms


class ReasonForm(forms.Form):
    """Why a price is decided so."""

    reason = forms.CharField(
        label="Why",
        max_length=255,
        help_text="Kept with the price and in the history of the session.",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def clean_reason(self) -> str:
        """Without NUL, which PostgreSQL refuses."""
        return self.cleaned_data["reason"].replace("\0", "")
