"""Amounts of money as people type them: in the currency's usual unit, kept in minor units."""

from decimal import Decimal
from typing import Any

from django import forms

from billing.pricing.rounding import minor_decimals

NOT_AN_AMOUNT = "This is not an amount of this currency."


def amount_field(label: str, help_text: str = "", *, required: bool = False) -> forms.DecimalField:
    """A field for an amount that is not negative."""
    widget = forms.NumberInput(attrs={"step": "any", "inputmode": "decimal", "autocomplete": "off"})
    return forms.DecimalField(
        label=label, help_text=help_text, required=required, min_value=0, max_digits=12, widget=widget
    )


def minor_of(form: forms.BaseForm, name: str, currency: str) -> int | None:
    """A typed amount in minor units; None where nothing was typed. Puts an error on the field when it is too fine."""
    typed: Decimal | None = form.cleaned_data.get(name)
    if typed is None:
        return None
    scaled = typed.scaleb(minor_decimals(currency))
    if scaled != scaled.to_integral_value():
        form.add_error(name, NOT_AN_AMOUNT)
        return None
    return int(scaled)


def typed_of(minor: int | None, currency: str) -> Any:
    """Minor units as they are typed, None for nothing."""
    return None if minor is None else f"{Decimal(minor).scaleb(-minor_decimals(currency)):f}"
