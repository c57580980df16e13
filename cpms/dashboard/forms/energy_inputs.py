"""Forms for site meters and for limits from outside. Currents in ampere, powers in kilowatt."""

from datetime import datetime, timedelta
from typing import Any, cast

from django import forms
from django.db.models import QuerySet

from chargers.models import ChargingStation
from cpms.core import clock
from smartcharging.inputs.choices import LINE_ORDERS, LimitScope, Measures, MeterDriver
from smartcharging.models import Circuit, SiteMeter

from .energy import CircuitChoice

_HOURS = [
    (0.25, "15 minutes"),
    (1, "1 hour"),
    (2, "2 hours"),
    (4, "4 hours"),
    (12, "12 hours"),
    (24, "1 day"),
]


class StationChoice(forms.ModelChoiceField):
    """A charging station of one site, named by its public id."""

    def __init__(self, **more: Any) -> None:
        super().__init__(ChargingStation.objects.none(), to_field_name="public_id", **more)

    def label_from_instance(self, obj: Any) -> str:
        return str(obj.label)


class MeterForm(forms.Form):
    """A site meter and how it is read."""

    name = forms.CharField(max_length=120, help_text="As on its label: Main meter, Roof east.")
    measures = forms.ChoiceField(choices=Measures.choices, label="What flows through it")
    circuit = CircuitChoice(label="It stands at", required=False, empty_label="the grid connection")
    driver = forms.ChoiceField(choices=MeterDriver.choices, label="How it is read")
    address = forms.CharField(
        required=False, max_length=255,
        help_text="http://192.0.2.7/status, modbus://192.0.2.7:502 or mqtt://192.0.2.7; empty for the others.",
    )  # fmt: skip
    settings = forms.JSONField(
        required=False, widget=forms.Textarea(attrs={"rows": 8, "spellcheck": "false"}),
        label="Where the values stand (JSON)",
        help_text='For HTTP: {"values": {"l1_a": {"path": "phases[0].current"}, ...}}. For Modbus: {"values": '
        '{"l1_a": {"address": 12, "type": "float32"}, ...}}. For MQTT with "topic" beside "values".',
    )  # fmt: skip
    secret = forms.CharField(
        required=False, max_length=500, label="Password or token",
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text="Stored sealed and never shown. Left empty, the one it has stays.",
    )  # fmt: skip
    station = StationChoice(required=False, label="Charging station", empty_label="none",
                            help_text="Only for the meter of a charging station.")  # fmt: skip
    line_order = forms.ChoiceField(
        choices=LINE_ORDERS, label="Its L1, L2, L3 are the site's",
        help_text="A meter of one line: that line only.",
    )  # fmt: skip
    reversed = forms.BooleanField(required=False, label="It counts the other way round")
    highest_a = forms.FloatField(
        label="Highest believable current (A)", min_value=1, max_value=10_000,
        help_text="What its fuse lets through, with room to spare. More is taken for another unit and not believed.",
    )  # fmt: skip
    every_s = forms.IntegerField(label="Read every (s)", min_value=1, max_value=3600)
    active = forms.BooleanField(required=False, label="In use")

    def __init__(
        self, *args: Any, circuits: QuerySet[Circuit], stations: QuerySet[ChargingStation], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        cast(CircuitChoice, self.fields["circuit"]).queryset = circuits
        cast(StationChoice, self.fields["station"]).queryset = stations

    @staticmethod
    def start(meter: SiteMeter) -> dict[str, Any]:
        """The values of a meter as the form shows them."""
        names = (
            "name", "measures", "driver", "address", "settings", "line_order", "reversed", "highest_a", "every_s",
            "active",
        )  # fmt: skip
        own = {name: getattr(meter, name) for name in names}
        circuit, station = meter.circuit, meter.station
        return own | {
            "circuit": circuit and circuit.public_id, "station": station and station.public_id
        }  # fmt: skip

    def clean(self) -> dict[str, Any]:
        """The fields the service knows; an empty secret is none."""
        told = super().clean() or {}
        told["settings"] = told.get("settings") or {}
        if not told.get("secret"):
            told.pop("secret", None)
        return told


class LimitForm(forms.Form):
    """A limit for some hours from now, set by hand."""

    scope = forms.ChoiceField(choices=LimitScope.choices, label="It bounds")
    circuit = CircuitChoice(label="At", required=False, empty_label="the grid connection")
    limit_kw = forms.FloatField(
        label="Limit (kW)", min_value=0, max_value=1_000_000, help_text="0 stops charging altogether."
    )
    hours = forms.TypedChoiceField(choices=_HOURS, coerce=float, label="For")
    source = forms.CharField(
        max_length=80, label="Who wants it", help_text="Such as the grid operator's name."
    )

    def __init__(self, *args: Any, circuits: QuerySet[Circuit], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast(CircuitChoice, self.fields["circuit"]).queryset = circuits

    def clean(self) -> dict[str, Any]:
        """The fields the service knows."""
        told = super().clean() or {}
        kilowatts, hours = told.pop("limit_kw", None), told.pop("hours", None)
        ends_at: datetime | None = None if hours is None else clock.now() + timedelta(hours=hours)
        return told | {"limit_w": None if kilowatts is None else kilowatts * 1000, "ends_at": ends_at}
