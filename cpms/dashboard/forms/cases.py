"""Forms of the reconciliation desk."""

from django import forms


class DismissForm(forms.Form):
    """Why a case is left as it is."""

    reason = forms.CharField(
        max_length=255,
        help_text="Kept with the case, for whoever asks later.",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def clean_reason(self) -> str:
        """Without NUL, which PostgreSQL refuses."""
        return self.cleaned_data["reason"].replace("\0", "")
