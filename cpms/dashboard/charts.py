"""Meter values as the charts of a transaction: thinned for drawing, in units people read."""

from dataclasses import dataclass
from typing import Any

from chargers.models import MeterValue, Transaction
from chargers.selectors.transactions import meter_values_for
from cpms.accounts.viewer import Viewer

MOST_POINTS = 600
# More rows than this are read in strides, so that a year-long transaction stays a page.
MOST_ROWS = 20_000


@dataclass(frozen=True, slots=True)
class Chart:
    """One chart: the id of its figures in the page, title, unit, last value and what the script draws."""

    data_id: str
    title: str
    unit: str
    now: str
    data: dict[str, Any]


def readings(viewer: Viewer, transaction: Transaction) -> list[MeterValue]:
    """The readings of a transaction by time, thinned evenly to what can be drawn; the last one stays."""
    rows = meter_values_for(viewer, transaction).filter(taken_at__gte=transaction.started_at).defer("samples")
    found = list(rows[:MOST_ROWS])
    stride = -(-len(found) // MOST_POINTS) or 1
    thinned = found[::stride]
    return thinned if not found or thinned[-1] is found[-1] else [*thinned, found[-1]]


def charts(transaction: Transaction, values: list[MeterValue]) -> list[Chart]:
    """Power, energy and state of charge, as far as the station reported them."""
    if len(values) < 2:
        return []
    start = transaction.meter_start_wh
    energy = [_above(v.energy_wh, start) for v in values]
    found = (
        _chart(
            "power", "Power", "kW", "--charging-fill", values, [_thousandth(v.power_w) for v in values], 1
        ),
        _chart("energy", "Energy", "kWh", "--available-fill", values, energy, 2),
        _chart(
            "soc", "State of charge", "%", "--waiting-fill", values, [v.soc_percent for v in values], 0, 100
        ),
    )
    return [chart for chart in found if chart]


def _above(register_wh: int | None, start_wh: int | None) -> float | None:
    return None if register_wh is None or start_wh is None else max(0, register_wh - start_wh) / 1000


def _thousandth(value: float | None) -> float | None:
    return None if value is None else value / 1000


def _chart(
    name: str,
    title: str,
    unit: str,
    color: str,
    rows: list[MeterValue],
    values: list[float | None],
    digits: int,
    top: int | None = None,
) -> Chart | None:
    known = [value for value in values if value is not None]
    if len(known) < 2:
        return None
    series = [{"label": title, "color": color, "values": values, "fill": True}]
    data: dict[str, Any] = {"times": [row.taken_at.timestamp() for row in rows], "series": series}
    data |= {"unit": unit, "digits": digits, "min": 0, "max": top}
    return Chart(f"chart-{name}", title, unit, f"{known[-1]:,.{digits}f}", data)
