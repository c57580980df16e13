"""The site of the charging station: circuits, meters, limits, prices, a solar roof, and a plan with all of it."""

import json
import sys
from datetime import datetime, timedelta
from math import pi, sin
from typing import Any

from cpms.core import clock

from .stack import Stack, eventually

QUARTER = timedelta(minutes=15)
PLAN = """
from chargers.models import Site
from smartcharging.balancing.planning import site_plan
print(len(site_plan(Site.objects.get(public_id="{site}").pk).powers_w), "cars")
"""


def energy(stack: Stack, station: str) -> dict[str, str]:
    """The station on a feeder of its site, whose power is shared."""
    told = stack.api("GET", f"stations/{station}")
    site, evse = told["site"], told["evses"][0]["id"]
    grid = stack.api("POST", f"sites/{site}/circuits", {"name": "Grid", "limit_a": [63, 63, 63]})
    feeder = {"name": "Feeder B", "parent": grid["id"], "limit_a": [32, 32, 32]}
    below = stack.api("POST", f"sites/{site}/circuits", feeder)
    stack.api("PATCH", f"outlets/{evse}", {"circuit": below["id"]})
    stack.api("PATCH", f"sites/{site}/sharing", {"managed": True, "building_worst_a": [20, 20, 20]})
    meter = stack.api("POST", "site-meters", {"site": site, "name": "House", "driver": "push"})
    said = {"readings": [{"l1_a": 12.5, "l2_a": 9.0, "l3_a": 10.25}, {"l1_a": 99999}]}
    stack.api("POST", f"site-meters/{meter['id']}/readings", said)
    until = (clock.now() + timedelta(hours=2)).isoformat()
    limit = {"site": site, "limit_w": 30000, "ends_at": until, "source": "Grid", "reference": "D-1"}
    limited = stack.api("POST", "limits", limit)
    market = {"name": "Day ahead", "currency": "EUR", "time_zone": "Europe/Berlin", "resolution_minutes": 60}
    series = stack.api("POST", "price-series", market)
    hour = clock.now().replace(minute=0, second=0, microsecond=0)
    prices = [
        {"starts_at": (hour + timedelta(hours=n)).isoformat(), "price": f"{0.08 - n / 50:.2f}"}
        for n in range(8)
    ]
    stack.api("POST", f"price-series/{series['id']}/prices", {"prices": prices})
    stack.api("PATCH", f"sites/{site}/sharing", {"price_series": series["id"]})
    _sunshine(stack, site, station)
    return {
        "/energy/prices/": series["id"],
        "/energy/": site, "/energy/wires/": grid["id"], "/energy/outlets/": evse, "/energy/meters/": meter["id"],
        # What chargers report of others is not made here; the address takes a POST alone.
        "/energy/limits/": limited["id"], "/energy/profiles/": "fpr_none",
    }  # fmt: skip


def _sunshine(stack: Stack, site: str, station: str) -> None:
    """A roof of 30 kW with two days behind it, a month's peak that has a price, a car that leaves; and the plan."""
    now = clock.now()
    stack.api("PATCH", f"sites/{site}", {"latitude": "48.137100", "longitude": "11.575400"})
    stack.api("PATCH", f"sites/{site}/sharing", {"feed_in_price": 0.08, "peak_price": 14.5})
    days = [now - step * QUARTER for step in range(190)]
    _meter(stack, site, "Roof", "pv", [{"at": at.isoformat(), "power_w": _sun_w(at)} for at in days])
    _meter(stack, site, "Grid meter", "whole", [_drawn(now - step * QUARTER / 15) for step in range(60)])
    session = stack.api("GET", f"transactions?open=true&station={station}")["results"][0]["id"]
    need = {"energy_wh": 60_000, "departs_at": (now + timedelta(hours=20)).isoformat(), "sun_only": True}
    stack.api("PATCH", f"transactions/{session}/need", need)
    _plan(stack, site)


def _meter(stack: Stack, site: str, name: str, measures: str, readings: list[dict[str, Any]]) -> str:
    meter = {"site": site, "name": name, "driver": "push", "measures": measures}
    made = str(stack.api("POST", "site-meters", meter)["id"])
    for begin in range(0, len(readings), 60):
        told = stack.api("POST", f"site-meters/{made}/readings", {"readings": readings[begin : begin + 60]})
        assert not told["refused"], json.dumps(told)
    return made


def _sun_w(at: datetime) -> float:
    """As in summer, whatever the season."""
    return round(max(0.0, 30_000 * sin(pi * (at.hour + at.minute / 60 - 4) / 16)), 1)


def _drawn(at: datetime) -> dict[str, Any]:
    """Now and then more."""
    more = 9.0 if at.minute < 20 else 0.0
    return {"at": at.isoformat(), "l1_a": 14.5 + more, "l2_a": 12.0 + more, "l3_a": 13.25 + more}


def _plan(stack: Stack, site: str) -> None:
    """The control loop runs until the charger is relied on; then somebody does the worker's part."""
    balance = stack.serve("balance", [sys.executable, "manage.py", "balance"])

    def planned() -> bool:
        return "1 cars" in stack.manage("shell", "-c", PLAN.format(site=site))

    eventually(planned, 120.0)
    stack.end(balance)
