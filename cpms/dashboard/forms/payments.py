"""Forms of payments: how much to give back, and why."""

from decimal import Decimal

from django import forms

from billing.pricing.rounding import minor_decimals

from .prices import ReasonForm


class RefundForm(ReasonForm):
    """An amount in the currency's usual unit, at most what is left."""

    amount = forms.DecimalField(min_value=0, max_digits=15, label="Amount")
    field_order = ["amount", "reason"]

    def __init__(self, currency: str, left_minor: int, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.places = minor_decimals(currency)
        left = Decimal(left_minor).scaleb(-self.places)
        field = self.fields["amount"]
        field.help_text = f"In {currency}, at most {left:f}."
        field.initial = f"{left:f}"
        field.widget.attrs |= {"step": f"{Decimal(1).scaleb(-self.places):f}", "inputmode": "decimal"}
        self.fields["reason"].help_text = "Kept with the payment; its payer may read it."

    def clean_amount(self) -> Decimal:
        """No finer than the currency's smallest coin."""
        amount: Decimal = self.cleaned_data["amount"]
        if amount != amount.quantize(Decimal(1).scaleb(-self.places)) or amount <= 0:
            raise forms.ValidationError("This is not an amount of this currency.")
        return amount

    @property
    def minor(self) -> int:
        """The amount in minor units."""
        return int(self.cleaned_data["amount"].scaleb(self.places))
