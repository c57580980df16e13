"""The form for what a register answered about a VAT id."""

from django import forms

from billing.choices import VatAnswer
from billing.services.invoicing.vat import Answer


class VatCheckForm(forms.Form):
    """An answer of VIES."""

    answer = forms.ChoiceField(choices=VatAnswer.choices)
    asked_at = forms.DateTimeField(
        label="Asked at",
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )
    consultation = forms.CharField(
        label="Consultation number",
        max_length=60,
        required=False,
        help_text="VIES gives it when you ask with your own VAT id. It proves that you asked.",
    )
    name = forms.CharField(label="Name that was told", max_length=200, required=False)
    address = forms.CharField(label="Address that was told", max_length=255, required=False)

    @property
    def told(self) -> Answer:
        """The answer as the service takes it, without NUL, which PostgreSQL refuses."""
        words = {
            name: self.cleaned_data[name].replace("\0", "") for name in ("consultation", "name", "address")
        }
        return Answer(VatAnswer(self.cleaned_data["answer"]), self.cleaned_data["asked_at"], **words)
