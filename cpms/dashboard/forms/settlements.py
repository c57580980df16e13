"""Forms of settlements with site hosts: what was agreed, with whom, when it ends, when it was paid."""

from typing import Any

from django import forms
from django.db.models import QuerySet

from billing.choices import FeeBearer
from billing.models import Party
from chargers.models import Site

from .amounts import amount_field, minor_of


def _day(label: str, help_text: str = "", *, required: bool = True) -> forms.DateField:
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=label, help_text=help_text, required=required, widget=widget)


def _percent(label: str, help_text: str) -> forms.DecimalField:
    widget = forms.NumberInput(attrs={"step": "any", "inputmode": "decimal"})
    return forms.DecimalField(
        label=label, help_text=help_text, required=False, min_value=0, max_value=100, max_digits=7, decimal_places=4,
        widget=widget,
    )  # fmt: skip


class HostForm(forms.Form):
    """Somebody on whose ground stations stand."""

    legal_name = forms.CharField(label="Name", max_length=200)
    street = forms.CharField(max_length=200)
    postal_code = forms.CharField(max_length=20)
    city = forms.CharField(max_length=100)
    country = forms.RegexField(
        r"^[A-Za-z]{2}$", help_text="Two letters, such as DE.", error_messages={"invalid": "Two letters, such as DE."}
    )  # fmt: skip
    email = forms.EmailField(label="E-mail", required=False)
    vat_id = forms.CharField(label="VAT id", max_length=20, required=False)
    tax_number = forms.CharField(max_length=40, required=False, help_text="Needed where there is no VAT id.")
    iban = forms.CharField(
        label="IBAN", max_length=34, required=False, help_text="Where the share is paid to."
    )
    is_small_business = forms.BooleanField(
        label="Exempt from VAT as a small business",
        required=False,
        help_text="The share then has no tax on top.",
    )

    @property
    def facts(self) -> dict[str, Any]:
        """Fields of a party."""
        return self.cleaned_data | {"country": self.cleaned_data["country"].upper()}


class AgreementForm(forms.Form):
    """What a host gets of a site."""

    site = forms.ModelChoiceField(Site.objects.none(), to_field_name="public_id", empty_label="Choose a site")
    host = forms.ModelChoiceField(
        Party.objects.none(), to_field_name="public_id", empty_label="Choose a host"
    )
    currency = forms.RegexField(
        r"^[A-Za-z]{3}$", initial="EUR", help_text="Sessions in another one are not shared."
    )
    percent = _percent("Percent of the revenue", "Of the prices without tax, less refunds. Empty for none.")
    per_kwh = forms.DecimalField(
        label="For each kWh", help_text="Such as 0.02. Empty for nothing.", required=False, min_value=0, max_digits=12,
        decimal_places=8, widget=forms.NumberInput(attrs={"step": "any", "inputmode": "decimal"}),
    )  # fmt: skip
    monthly_fee = amount_field("Fee for a month", "For a part of a month, by days. Empty for none.")
    fees_borne_by = forms.ChoiceField(label="Who bears the fees of card payments", choices=FeeBearer.choices)
    card_fee_percent = _percent("A card payment counts as", "Percent of its amount, such as 1.5.")
    card_fee = amount_field("and for each payment", "Such as 0.25.")
    valid_from = _day("From", "Sessions that end from this day on are shared.")

    def __init__(self, sites: QuerySet[Site], hosts: QuerySet[Party], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["site"].queryset, self.fields["host"].queryset = sites, hosts  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Amounts in minor units of the currency."""
        cleaned = super().clean() or self.cleaned_data
        currency = cleaned["currency"] = str(cleaned.get("currency", "")).upper()
        for name in ("monthly_fee", "card_fee"):
            cleaned[f"{name}_minor"] = minor_of(self, name, currency) or 0
        return cleaned

    @property
    def terms(self) -> dict[str, Any]:
        """Fields of an agreement."""
        left_out = ("site", "host", "monthly_fee", "card_fee")
        told = {name: value for name, value in self.cleaned_data.items() if name not in left_out}
        return {name: 0 if value is None else value for name, value in told.items()}


class EndForm(forms.Form):
    """When an agreement ends."""

    valid_until = _day("Ends on", "Sessions that end on this day or later are not shared any more.")


class PaidForm(forms.Form):
    """The bank transfer of a share."""

    on = _day("Day", "As on the bank statement.")
    reference = forms.CharField(max_length=60, help_text="The bank's own name of the transfer.")
