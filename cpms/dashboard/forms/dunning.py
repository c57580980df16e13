"""Forms of reminders: when they are sent and what they cost, why one is held."""

from typing import Any, Final

from django import forms

from billing.models import DunningProfile

from .amounts import amount_field, minor_of, typed_of

LEVELS: Final = ("reminder", "second", "block", "hand_over")


def _days(label: str, help_text: str = "", *, required: bool = True) -> forms.IntegerField:
    return forms.IntegerField(label=label, help_text=help_text, min_value=1, max_value=365, required=required)


class DunningRulesForm(forms.Form):
    """When customers are reminded. `facts` is what the service takes."""

    is_active = forms.BooleanField(
        label="Remind customers by itself", required=False,
        help_text="While this is off nothing is sent and nothing is charged.",
    )  # fmt: skip
    reminder_days = _days("Reminder: days after an invoice was due")
    reminder_fee = amount_field("Reminder: fee")
    second_days = _days("Second reminder: days after it was due")
    second_fee = amount_field("Second reminder: fee")
    block_days = _days(
        "Block cards: days after it was due", "Empty: cards are never blocked. They charge again when it is paid.",
        required=False,
    )  # fmt: skip
    block_fee = amount_field("Block cards: fee")
    hand_over_days = _days(
        "Hand over for collection: days after it was due", "Empty: nothing is handed over.", required=False
    )
    hand_over_fee = amount_field("Hand over: fee")

    def __init__(self, stored: DunningProfile, currency: str, data: Any = None) -> None:
        self.currency = currency
        initial: dict[str, Any] = {"is_active": stored.is_active}
        for level in LEVELS:
            initial[f"{level}_days"] = getattr(stored, f"{level}_days")
            initial[f"{level}_fee"] = typed_of(getattr(stored, f"{level}_fee_minor"), currency)
        super().__init__(data, initial=initial)

    def clean(self) -> dict[str, Any]:
        """Fees are whole minor units."""
        cleaned = super().clean() or self.cleaned_data
        self.fees = {
            f"{level}_fee_minor": minor_of(self, f"{level}_fee", self.currency) or 0 for level in LEVELS
        }
        return cleaned

    @property
    def facts(self) -> dict[str, Any]:
        """Fields of `DunningProfile`."""
        days = {f"{level}_days": self.cleaned_data[f"{level}_days"] for level in LEVELS}
        return {"is_active": self.cleaned_data["is_active"], **days, **self.fees}


class DunningHoldForm(forms.Form):
    """Why nothing is asked of a customer for now."""

    because = forms.CharField(label="Why", max_length=255, help_text="For whoever looks at it next.")
    is_disputed = forms.BooleanField(label="The customer says the invoice is wrong", required=False)
