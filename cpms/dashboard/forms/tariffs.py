"""Forms of tariffs: the plain one with its rows "when ... then ...", the JSON one, publishing, assigning, asking."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django import forms

from billing.pricing.tariff import TaxIncluded
from billing.tariffs.plain import PlainTariff, Prices, Row, When

LANGUAGES = (("en", "English"), ("de", "German"), ("fr", "French"), ("nl", "Dutch"), ("es", "Spanish"))
TAXES = (
    (TaxIncluded.YES.value, "Prices include tax"),
    (TaxIncluded.NO.value, "Tax comes on top"),
    (TaxIncluded.NOT_APPLICABLE.value, "No tax applies"),
)
DAYS = tuple(enumerate(("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")))
PRICES = ("kwh", "minute", "session", "idle_minute")
CONDITIONS = (
    "from_time", "until_time", "from_kwh", "below_kwh", "from_minute", "below_minute", "from_kw", "below_kw",
)  # fmt: skip
MOST_ROWS = 20


class Money(forms.DecimalField):
    """A price or an amount; empty is none."""

    def __init__(self, label: str, **kwargs: Any) -> None:
        super().__init__(
            label=label,
            required=False,
            max_digits=12,
            decimal_places=6,
            widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
            **kwargs,
        )


class Quantity(forms.DecimalField):
    """kWh or kW of a condition."""

    def __init__(self, label: str) -> None:
        super().__init__(
            label=label,
            required=False,
            min_value=0,
            max_digits=9,
            decimal_places=3,
            widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
        )


class Minutes(forms.IntegerField):
    """Minutes since the session began."""

    def __init__(self, label: str, **kwargs: Any) -> None:
        widget = forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"})
        super().__init__(label=label, required=False, min_value=1, max_value=527_040, widget=widget, **kwargs)


class Moment(forms.TimeField):
    """A local time of day."""

    def __init__(self, label: str) -> None:
        super().__init__(
            label=label, required=False, widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
        )


class PlainForm(forms.Form):
    """What a tariff costs, but for its rows."""

    currency = forms.RegexField(
        r"^[A-Z]{3}\Z",
        initial="EUR",
        error_messages={"invalid": "Three capital letters, such as EUR."},
        widget=forms.TextInput(attrs={"autocomplete": "off", "maxlength": 3}),
    )
    kwh = Money("Price per kWh")
    minute = Money("Price per minute of charging")
    session = Money("Start fee per session")
    idle_minute = Money("Idle fee per minute", help_text="While the car is plugged in and asks for no power.")
    idle_after_minutes = Minutes(
        "Idle fee begins after (minutes)",
        help_text="Counted from the start of the session. Empty: at once.",
    )
    minimum = Money("Least price of a session")
    maximum = Money("Greatest price of a session")
    tax = forms.ChoiceField(label="Tax", choices=TAXES)
    vat = forms.DecimalField(
        label="Tax rate (%)", required=False, min_value=0, max_value=100, max_digits=7, decimal_places=4,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
    )  # fmt: skip
    preauthorise = forms.DecimalField(
        label="Held on a card before a session", required=False, min_value=0, max_digits=10, decimal_places=4,
        help_text="More than a usual session costs; the rest is given free at its end.",
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for code, name in LANGUAGES:
            self.fields[f"text_{code}"] = forms.CharField(
                label=name, required=False, max_length=512, widget=forms.Textarea(attrs={"rows": 2})
            )

    def text_fields(self) -> list[forms.BoundField]:
        """The texts for drivers, one a language."""
        return [self[f"text_{code}"] for code, _ in LANGUAGES]

    def price_fields(self) -> list[forms.BoundField]:
        """In the order in which prices are shown (EU 2023/1804 art. 5)."""
        return [self[name] for name in (*PRICES, "idle_after_minutes", "minimum", "maximum")]

    def money_fields(self) -> list[forms.BoundField]:
        """Currency, tax and the hold."""
        return [self[name] for name in ("currency", "tax", "vat", "preauthorise")]


class RowForm(forms.Form):
    """Other prices when conditions hold."""

    days = forms.TypedMultipleChoiceField(
        label="On these days", coerce=int, choices=DAYS, required=False, widget=forms.CheckboxSelectMultiple
    )
    from_time = Moment("From (time)")
    until_time = Moment("Until (time)")
    from_kwh = Quantity("From (kWh)")
    below_kwh = Quantity("Up to (kWh)")
    from_minute = Minutes("From minute")
    below_minute = Minutes("Up to minute")
    from_kw = Quantity("From (kW)")
    below_kw = Quantity("Below (kW)")
    kwh = Money("Price per kWh")
    minute = Money("Per minute of charging")
    session = Money("Start fee")
    idle_minute = Money("Per idle minute")

    def clean(self) -> dict[str, Any]:
        """A row with conditions needs a price, and one with a price a condition."""
        cleaned = super().clean() or self.cleaned_data
        has_when = any(cleaned.get(name) not in (None, []) for name in ("days", *CONDITIONS))
        has_then = any(cleaned.get(name) is not None for name in PRICES)
        if has_when and not has_then and not self.errors:
            raise forms.ValidationError("Say what it costs then, or remove the row.")
        if has_then and not has_when and not self.errors:
            raise forms.ValidationError("Say when this price holds, or remove the row.")
        return cleaned

    def condition_fields(self) -> list[forms.BoundField]:
        """The conditions but for the days, in pairs."""
        return [self[name] for name in CONDITIONS]

    def price_fields(self) -> list[forms.BoundField]:
        """What it costs then."""
        return [self[name] for name in PRICES]


class BaseRows(forms.BaseFormSet):
    """The rows in their order: the first one that holds decides."""

    def add_fields(self, form: forms.Form, index: int | None) -> None:
        """The box to tick says what it does."""
        super().add_fields(form, index)
        form.fields["DELETE"].label = "Remove this row"

    def kept(self) -> tuple[Row, ...]:
        """What was filled in and not removed."""
        return tuple(_row(form.cleaned_data) for form in self.forms if _is_kept(form))


def _is_kept(form: forms.BaseForm) -> bool:
    typed = form.cleaned_data
    return not typed.get("DELETE") and any(typed.get(name) is not None for name in PRICES)


Rows = forms.formset_factory(
    RowForm, formset=BaseRows, extra=0, can_delete=True, max_num=MOST_ROWS, validate_max=True
)


def _row(cleaned: Mapping[str, Any]) -> Row:
    return Row(
        When(days=tuple(sorted(cleaned["days"])), **{name: cleaned[name] for name in CONDITIONS}),
        _prices(cleaned),
    )


def _prices(cleaned: Mapping[str, Any]) -> Prices:
    return Prices(**{name: cleaned[name] for name in PRICES})


def plain_of(cleaned: Mapping[str, Any], rows: tuple[Row, ...], kept: Mapping[str, Any]) -> PlainTariff:
    """The tariff that the forms describe; `kept` are the fields of its document that they do not show."""
    return PlainTariff(
        currency=cleaned["currency"],
        prices=_prices(cleaned),
        tax=TaxIncluded(cleaned["tax"]),
        vat=cleaned["vat"],
        idle_after_minutes=cleaned["idle_after_minutes"],
        rows=rows,
        minimum=cleaned["minimum"],
        maximum=cleaned["maximum"],
        texts={code: cleaned[f"text_{code}"] for code, _ in LANGUAGES if cleaned[f"text_{code}"]},
        kept=kept,
    )


def initial_of(plain: PlainTariff) -> dict[str, Any]:
    """What the plain form begins with."""
    prices = {name: _short(getattr(plain.prices, name)) for name in PRICES}
    texts = {f"text_{code}": text for code, text in plain.texts.items()}
    return prices | texts | {
        "currency": plain.currency,
        "tax": plain.tax.value,
        "vat": _short(plain.vat),
        "idle_after_minutes": plain.idle_after_minutes,
        "minimum": _short(plain.minimum),
        "maximum": _short(plain.maximum),
    }  # fmt: skip


def rows_of(plain: PlainTariff) -> list[dict[str, Any]]:
    """What the rows begin with."""
    return [
        {"days": list(row.when.days)}
        | {name: getattr(row.when, name) for name in CONDITIONS}
        | {name: _short(getattr(row.then, name)) for name in PRICES}
        for row in plain.rows
    ]


def _short(value: Decimal | None) -> str | None:
    return None if value is None else format(value, "f")
