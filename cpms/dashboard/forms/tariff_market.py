"""The part of a tariff's forms that says how the price of energy follows a market."""

from typing import Any, cast

from django import forms
from django.db.models import QuerySet

from billing.models import PriceSeries
from billing.services.tariffs.following import Follows

from .tariffs import Money

NUMBERS = ("factor", "surcharge", "floor", "cap")
MISSING = (
    ("hold", "hold the price back until there is one"),
    ("tariff", "take the price per kWh above"),
)


class SeriesChoice(forms.ModelChoiceField):
    """A price series of the organisation, named by its public id."""

    def __init__(self, **more: Any) -> None:
        super().__init__(PriceSeries.objects.none(), to_field_name="public_id", required=False, **more)


class MarketForm(forms.Form):
    """Which series energy follows, and how."""

    series = SeriesChoice(
        label="Energy follows", empty_label="no market: the price per kWh above",
        help_text="Then the price of a kWh changes with each interval of the series. Tariffs that do have one price "
        "per kWh; it is what partners see.",
    )  # fmt: skip
    factor = Money("Times", help_text="Empty: 1.", min_value=0)
    surcharge = Money("Plus, per kWh without tax")
    floor = Money("At least, per kWh without tax")
    cap = Money("At most, per kWh without tax")
    missing = forms.ChoiceField(label="Where the series has no price", choices=MISSING, required=False)

    def __init__(self, *args: Any, series: QuerySet[PriceSeries], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs | {"prefix": "market"})
        cast(SeriesChoice, self.fields["series"]).queryset = series

    @staticmethod
    def start(follows: Follows | None) -> dict[str, Any]:
        """The values as the form shows them."""
        if follows is None:
            return {}
        numbers = {name: format(value, "f") for name, value in follows.formula.items() if name in NUMBERS}
        return numbers | {"series": follows.series.public_id, "missing": follows.formula["missing"]}

    def clean(self) -> dict[str, Any]:
        """A formula needs a series."""
        told = super().clean() or {}
        if told.get("series") is None and any(told.get(name) is not None for name in NUMBERS):
            self.add_error("series", "Choose a series, or empty the fields below.")
        return told

    def follows(self) -> Follows | None:
        """What was chosen; only of a valid form."""
        told = dict(self.cleaned_data)
        series = told.pop("series")
        return Follows(series, told | {"missing": told["missing"] or "hold"}) if series else None
