"""Forms of invoices: who sells, and how much of which line is given back."""

from typing import Any

from django import forms

from billing.models import Invoice, Party

from .amounts import amount_field, minor_of, typed_of
from .prices import ReasonForm


class IssuerForm(forms.Form):
    """Who sells: what every invoice says of it."""

    legal_name = forms.CharField(label="Legal name", max_length=200)
    street = forms.CharField(max_length=200)
    postal_code = forms.CharField(max_length=20)
    city = forms.CharField(max_length=100)
    country = forms.RegexField(
        r"^[A-Za-z]{2}$", help_text="Two letters, such as DE.", error_messages={"invalid": "Two letters, such as DE."}
    )  # fmt: skip
    email = forms.EmailField(label="E-mail", required=False)
    vat_id = forms.CharField(label="VAT id", max_length=20, required=False)
    tax_number = forms.CharField(
        max_length=40,
        required=False,
        help_text="Needed where there is no VAT id: as the tax office wrote it.",
    )
    iban = forms.CharField(
        label="IBAN", max_length=34, required=False, help_text="Where customers on invoice pay to."
    )
    is_small_business = forms.BooleanField(
        label="Exempt from VAT as a small business",
        required=False,
        help_text="Invoices then show no tax. Sessions whose tariff charges tax wait as drafts.",
    )

    def __init__(self, issuer: Party | None, *args: Any, **kwargs: Any) -> None:
        known = {name: getattr(issuer, name) for name in self.base_fields} if issuer else {}
        kwargs.setdefault("initial", known)
        super().__init__(*args, **kwargs)

    @property
    def facts(self) -> dict[str, Any]:
        """Fields of a party, without NUL, which PostgreSQL refuses."""
        told = {
            name: value.replace("\0", "") if isinstance(value, str) else value
            for name, value in self.cleaned_data.items()
        }
        return told | {"country": told["country"].upper()}


class GiveBackForm(ReasonForm):
    """How much of each line goes back; empty for nothing."""

    def __init__(self, invoice: Invoice, left: dict[int, int], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.currency, self.left = invoice.currency, left
        texts = {line.position: line.description for line in invoice.lines.all()}
        for position, minor in left.items():
            most = f"In {self.currency}, at most {typed_of(minor, self.currency)}. Empty for nothing."
            self.fields[f"line_{position}"] = amount_field(f"{position}. {texts[position]}", most)
        self.order_fields([*(f"line_{position}" for position in left), "reason"])
        self.fields["reason"].help_text = "Printed on the credit note."

    def clean(self) -> dict[str, Any]:
        """Whole minor units, at least one line."""
        cleaned = super().clean() or self.cleaned_data
        typed = {position: minor_of(self, f"line_{position}", self.currency) for position in self.left}
        self.minor = {position: minor for position, minor in typed.items() if minor}
        if not self.minor and not self.errors:
            raise forms.ValidationError("Say how much of which line.")
        return cleaned
