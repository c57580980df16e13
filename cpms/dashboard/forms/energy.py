"""Forms for circuits, the wiring of chargers, and how power is shared. Currents in ampere, powers in kilowatt."""

from itertools import permutations
from typing import Any, cast

from django import forms
from django.db.models import QuerySet

from billing.models import PriceSeries
from smartcharging.models import Circuit, Outlet, SitePolicy

from .tariff_market import SeriesChoice

LINES = ("L1", "L2", "L3")


def _wirings() -> list[tuple[str, str]]:
    """Every order of one or three lines, and of two."""
    orders = [order for count in (3, 1, 2) for order in permutations(range(3), count)]
    return [("".join(map(str, order)), " ".join(LINES[line] for line in order)) for order in orders]


def _current(label: str, **more: Any) -> forms.FloatField:
    return forms.FloatField(label=label, min_value=0, max_value=10_000, **more)


class CircuitChoice(forms.ModelChoiceField):
    """A circuit of one site, named by its public id."""

    def __init__(self, **more: Any) -> None:
        super().__init__(Circuit.objects.none(), to_field_name="public_id", **more)

    def label_from_instance(self, obj: Any) -> str:
        return str(obj.name)


class CircuitForm(forms.Form):
    """A circuit. The limit is asked for by line, because feeders of one-phase chargers differ by line."""

    name = forms.CharField(
        max_length=120, help_text="As on the board: Grid connection, Feeder B, Garage left."
    )
    parent = CircuitChoice(
        label="Fed by", required=False, empty_label="nothing: it is the grid connection",
        help_text="A site has exactly one circuit that is fed by no other.",
    )  # fmt: skip
    l1 = _current("Limit L1 (A)")
    l2 = _current("Limit L2 (A)")
    l3 = _current("Limit L3 (A)")
    limit_kw = forms.FloatField(
        label="Limit of the three together (kW)", required=False, min_value=0, max_value=100_000,
        help_text="Such as the power agreed with the grid operator.",
    )  # fmt: skip
    unbalance_a = _current(
        "Largest difference between lines (A)", required=False, help_text="20 A is usual in Germany."
    )

    def __init__(self, *args: Any, circuits: QuerySet[Circuit], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast(CircuitChoice, self.fields["parent"]).queryset = circuits

    @staticmethod
    def start(circuit: Circuit) -> dict[str, Any]:
        """The values of a circuit as the form shows them."""
        kilowatts = None if circuit.limit_w is None else circuit.limit_w / 1000
        own = {"name": circuit.name, "parent": circuit.parent and circuit.parent.public_id}
        limits = dict(zip(("l1", "l2", "l3"), circuit.limit_a, strict=True))
        return own | limits | {"limit_kw": kilowatts, "unbalance_a": circuit.unbalance_a}

    def clean(self) -> dict[str, Any]:
        """The fields the service knows."""
        told = super().clean() or {}
        lines = [told.pop(name, None) for name in ("l1", "l2", "l3")]
        kilowatts = told.pop("limit_kw", None)
        return told | {"limit_a": lines, "limit_w": None if kilowatts is None else kilowatts * 1000}


class OutletForm(forms.Form):
    """How a charger is wired."""

    circuit = CircuitChoice(empty_label=None)
    wiring = forms.ChoiceField(
        label="Its L1, L2, L3 hang on", choices=_wirings(),
        help_text="Rotated wiring spreads cars that charge on one phase. One-phase chargers hang on one line.",
    )  # fmt: skip
    maximum_a = _current("Highest current (A)", help_text="What its fuse and cable carry.")
    minimum_a = _current("Lowest current (A)", help_text="Below 6 A no car charges (IEC 61851-1).")
    step_a = forms.FloatField(
        label="Step (A)", min_value=0.01, max_value=100, help_text="1 unless it takes tenths."
    )
    direct_current = forms.BooleanField(
        required=False, label="Direct current", help_text="It is told watts, not ampere."
    )
    between = forms.BooleanField(
        required=False, label="Between two lines", help_text="As at 208 V in North America."
    )
    volts = forms.FloatField(label="Voltage (V)", min_value=50, max_value=1000)

    def __init__(self, *args: Any, circuits: QuerySet[Circuit], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast(CircuitChoice, self.fields["circuit"]).queryset = circuits

    @staticmethod
    def start(outlet: Outlet) -> dict[str, Any]:
        """The values of a wiring as the form shows them."""
        names = ("maximum_a", "minimum_a", "step_a", "direct_current", "between", "volts")
        own = {name: getattr(outlet, name) for name in names}
        circuit = outlet.circuit.public_id if outlet.circuit_id else None
        return own | {"circuit": circuit, "wiring": "".join(map(str, outlet.lines))}

    def clean(self) -> dict[str, Any]:
        """The fields the service knows."""
        told = super().clean() or {}
        wiring = told.pop("wiring", "")
        return told | {"lines": [int(line) for line in wiring]}


class SharingForm(forms.Form):
    """How the power of a site is shared."""

    managed = forms.BooleanField(
        required=False, label="Share the power of this site",
        help_text="Every car gets what its circuits carry. Chargers are told limits, and are watched keeping them.",
    )  # fmt: skip
    l1 = _current("Most the building draws on L1 (A)")
    l2 = _current("Most the building draws on L2 (A)")
    l3 = _current(
        "Most the building draws on L3 (A)",
        help_text="Everything but the chargers. Limits that hold without us count on it, and so does a lost meter.",
    )
    service_minimum_a = _current(
        "Current each charger keeps when nobody speaks (A)",
        help_text="6 to 8 A; as many chargers get it as the circuits carry.",
    )
    margin_sigmas = forms.FloatField(
        label="Distance to the limit", min_value=0, max_value=20,
        help_text="In deviations of the building's load between two readings; 3 is usual, 0 keeps none.",
    )  # fmt: skip

    price_series = SeriesChoice(
        label="Energy is bought by", empty_label="a price that is always the same",
        help_text="Cars whose departure and energy are known are then charged when a kWh is cheapest.",
    )  # fmt: skip

    feed_in_price = forms.FloatField(
        label="A kWh of solar energy fed in earns", min_value=0, max_value=100_000, required=False,
        help_text="In the currency of the prices. What the sun gives beyond the building costs cars no more than this.",
    )  # fmt: skip

    peak_price = forms.FloatField(
        label="A kW of the month's highest quarter of an hour costs", min_value=0, max_value=100_000, required=False,
        help_text="In the currency of the prices. Cars then charge below the highest of this month as far as they are "
        "ready in time. A meter that measures everything at the grid connection tells how high that was.",
    )  # fmt: skip

    def __init__(self, *args: Any, series: QuerySet[PriceSeries], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast(SeriesChoice, self.fields["price_series"]).queryset = series

    @staticmethod
    def start(policy: SitePolicy) -> dict[str, Any]:
        """The values of a policy as the form shows them."""
        lines = dict(zip(("l1", "l2", "l3"), policy.building_worst_a, strict=True))
        names = ("managed", "service_minimum_a", "margin_sigmas", "feed_in_price", "peak_price")
        series = policy.price_series
        own = {name: getattr(policy, name) for name in names}
        return lines | own | {"price_series": series and series.public_id}

    def clean(self) -> dict[str, Any]:
        """The fields the service knows."""
        told = super().clean() or {}
        told |= {name: told.get(name) or 0.0 for name in ("feed_in_price", "peak_price")}
        return told | {"building_worst_a": [told.pop(name, None) for name in ("l1", "l2", "l3")]}
