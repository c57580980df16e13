"""Forms for price series and their files."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from billing.models import PriceSeries
from billing.models.prices import Resolution
from billing.services.tariffs.market import CSV, ENTSOE, MOST_BYTES

KINDS = ((CSV, "CSV"), (ENTSOE, "ENTSO-E publication (XML)"))


class SeriesForm(forms.Form):
    """A price series; of one that is there, currency and resolution stay."""

    name = forms.CharField(max_length=120, help_text="Such as Day ahead, Germany.")
    currency = forms.RegexField(
        r"^[A-Z]{3}\Z",
        initial="EUR",
        error_messages={"invalid": "Three capital letters, such as EUR."},
        widget=forms.TextInput(attrs={"autocomplete": "off", "maxlength": 3}),
    )
    resolution_minutes = forms.TypedChoiceField(
        label="A price holds for", choices=Resolution.choices, coerce=int, initial=Resolution.QUARTERS
    )
    time_zone = forms.CharField(
        label="Time zone",
        max_length=60,
        help_text="Of the market, such as Europe/Berlin. Times without an offset in files are local times there.",
    )
    market_area = forms.CharField(
        label="Market area (EIC code)", max_length=16, required=False,
        help_text="Such as 10Y1001A1001A82H. Publications for another area are refused; empty takes any.",
    )  # fmt: skip

    def __init__(self, *args: Any, is_new: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not is_new:
            del self.fields["currency"], self.fields["resolution_minutes"]

    @staticmethod
    def start(series: PriceSeries) -> dict[str, Any]:
        """The values of a series as the form shows them."""
        return {name: getattr(series, name) for name in ("name", "time_zone", "market_area")}


class PriceFileForm(forms.Form):
    """A file of prices."""

    kind = forms.ChoiceField(label="The file is", choices=KINDS)
    content = forms.FileField(
        label="File",
        help_text="CSV: a first line start,price_per_mwh (or price_per_kwh), then a line for each interval without "
        "a gap. All or nothing: what is wrong is named by its line.",
    )

    def clean_content(self) -> bytes:
        """The bytes of the file."""
        sent = self.cleaned_data["content"]
        if sent.size > MOST_BYTES:
            raise ValidationError(f"is larger than {MOST_BYTES} bytes")
        content: bytes = sent.read()
        return content
