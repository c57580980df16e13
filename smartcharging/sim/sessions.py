"""Recorded charging sessions, and the prices of their month."""

import csv
import json
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np

from smartcharging.engine.plan.grid import Floats

STEP_S = 300
STEPS_OF_DAY = 288
CALTECH_ZONE = ZoneInfo("America/Los_Angeles")
CALTECH_START = datetime(2019, 3, 1, 8, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Session:
    """One car: at `station` in the steps `arrival` to before `departure`, with `need_wh` in the end."""

    id: str
    station: str
    lines: tuple[int, ...]
    pod: str
    arrival: int
    departure: int
    need_wh: float


def read_caltech(path: Path, days: int = 31) -> list[Session]:
    """The sessions that begin in the first days of March 2019, steps of five minutes from local midnight."""
    with path.open(newline="") as file:
        found = [_session(row) for row in csv.DictReader(file)]
    return [session for session in found if session.arrival < days * STEPS_OF_DAY]


def _session(row: dict[str, str]) -> Session:
    lines = tuple("ABC".index(letter) for letter in row["line_pair"])
    steps = int(row["step5_in"]), int(row["step5_out"])
    return Session(row["session"], row["station"], lines, row["pod"], *steps, float(row["energy_kwh"]) * 1000)


@dataclass(frozen=True)
class Tariff:
    """`price` of a kWh in each step and `demand_price` of a kW of the month's peak."""

    price: Floats
    demand_price: float


def read_tariff(path: Path, steps: int) -> Tariff:
    """A time-of-use tariff in the local time of the Caltech garage."""
    seasons = json.loads(path.read_text())["schedule"]
    price = [_price(seasons, CALTECH_START + timedelta(seconds=step * STEP_S)) for step in range(steps)]
    charge = _season(seasons, CALTECH_START)["demand_charge"]
    return Tariff(np.array(price), float(charge))


def _price(seasons: list[dict[str, Any]], moment: datetime) -> float:
    season = _season(seasons, moment)
    hour = moment.astimezone(CALTECH_ZONE).hour
    begun = [price for time, price in zip(season["times"], season["tariffs"], strict=True) if time <= hour]
    return float(begun[-1])


def _season(seasons: list[dict[str, Any]], moment: datetime) -> dict[str, Any]:
    day = moment.astimezone(CALTECH_ZONE).date()
    mask = "WEEKENDS" if day.weekday() >= 5 else "WEEKDAYS"
    return next(one for one in seasons if one["dow_mask"] == mask and _holds(one, day))


def _holds(season: dict[str, Any], day: date) -> bool:
    """From one day of the year until another, perhaps over its end."""
    first, last, today = season["effective_start"], season["effective_end"], day.strftime("%m-%d")
    within: bool = first <= today <= last if first <= last else today >= first or today <= last
    return within
