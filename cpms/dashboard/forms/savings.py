"""Which sessions to compare, and at which prices."""

from datetime import datetime, timedelta
from typing import Any

from django import forms

from cpms.core import clock
from smartcharging.savings import Prices

DAYS = [(1, "The last day"), (7, "The last 7 days"), (14, "The last 14 days")]
NO_PRICES = {"days": 7, "price": 0.30, "peak_price": 0}


class SavingsForm(forms.Form):
    """Read from the address, so that a comparison can be passed on."""

    days = forms.TypedChoiceField(label="Sessions of", coerce=int, choices=DAYS)
    price = forms.FloatField(label="A kWh costs", min_value=0, max_value=1000, help_text="In your currency.")
    peak_price = forms.FloatField(
        label="A kW of the highest five minutes costs", min_value=0, max_value=100_000,
        help_text="0 where the grid connection has no price for its peak.",
    )  # fmt: skip

    def __init__(self, told: Any, peak_price: float = 0) -> None:
        start = NO_PRICES | {"peak_price": peak_price}
        super().__init__(start | {name: told[name] for name in NO_PRICES if name in told})

    @property
    def span(self) -> tuple[datetime, datetime]:
        """From when until when sessions began."""
        now = clock.now()
        return now - timedelta(days=self.cleaned_data["days"]), now

    @property
    def prices(self) -> Prices:
        """As the comparison takes them."""
        return Prices(self.cleaned_data["price"], self.cleaned_data["peak_price"])
