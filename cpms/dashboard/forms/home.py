"""Forms of charging at home: whose station it is, what a kWh is worth, when it ends."""

from typing import Any

from django import forms
from django.db.models import QuerySet

from billing.choices import HomeRateKind
from billing.models import Account
from chargers.models import ChargingStation


def _day(label: str, help_text: str = "") -> forms.DateField:
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=label, help_text=help_text, widget=widget)


class HomeRateForm(forms.Form):
    """What a kWh is worth from a day on."""

    kind = forms.ChoiceField(label="Price of a kWh from", choices=HomeRateKind.choices)
    per_kwh = forms.DecimalField(
        label="For each kWh", help_text="Such as 0.3125, in the account's currency.", min_value=0, max_digits=12,
        decimal_places=8, widget=forms.NumberInput(attrs={"step": "any", "inputmode": "decimal"}),
    )  # fmt: skip
    valid_from = _day("From", "Sessions that end from this day on.")


class HomeForm(HomeRateForm):
    """A station at an employee's home."""

    station = forms.ModelChoiceField(
        ChargingStation.objects.none(), to_field_name="public_id", empty_label="Choose a station"
    )
    account = forms.ModelChoiceField(
        Account.objects.none(), to_field_name="public_id", empty_label="Choose the employer's account",
        help_text="On invoice, or internal.",
    )  # fmt: skip
    employee = forms.EmailField(
        label="Employee's e-mail",
        help_text="A member of the account. Only sessions that this person's ID tag began count.",
    )
    field_order = ("station", "account", "employee", "kind", "per_kwh", "valid_from")

    def __init__(
        self, stations: QuerySet[ChargingStation], accounts: QuerySet[Account], *args: Any, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["station"].queryset = stations  # type: ignore[attr-defined]
        self.fields["account"].queryset = accounts  # type: ignore[attr-defined]


class HomeEndForm(forms.Form):
    """When it ends."""

    ended_on = _day("Ends on", "Sessions that end on this day or later are not paid back.")
