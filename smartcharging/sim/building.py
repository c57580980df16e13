"""The load of a building in ten-second steps: hours of a measured profile, noise, and machines that come and go."""

import csv
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
STEP_S = 10
STEPS_A_DAY = 24 * 3600 // STEP_S
LINE_VOLTS = 230.0
# How a building spreads over the lines.
SHARES = np.array([0.35, 0.33, 0.32])


def hourly_kw(path: Path) -> Floats:
    """The hours of a year (kW) of a file with the column `electricity_kw`."""
    with path.open(newline="") as file:
        return np.array([float(row["electricity_kw"]) for row in csv.DictReader(file)])


def building_day(
    hours_kw: Floats, rng: np.random.Generator, *, peak_kw: float = 96.0, steps_a_day: int = 40
) -> Floats:
    """A on each line for each step of a working day: shape (8640, 3).

    The hours are scaled so that the highest is `peak_kw`, with the noise (first-order autoregressive, 1.5 kW over
    five minutes) and the steps of machines (3 to 15 kW for 5 to 40 minutes) on top, and never above 110 % of it.
    """
    minutes = np.arange(STEPS_A_DAY) / 360.0
    smooth = np.interp(minutes, np.arange(25), np.append(hours_kw, hours_kw[-1])) * peak_kw / hours_kw.max()
    machines = np.zeros(STEPS_A_DAY)
    for _ in range(steps_a_day):
        begin, length = rng.integers(0, STEPS_A_DAY), rng.integers(30, 240)
        machines[begin : begin + length] += rng.uniform(3, 15)
    load_kw = np.clip(smooth * 0.85 + machines + _noise(rng), 0, peak_kw * 1.1)
    shares = SHARES * (1 + 0.01 * rng.standard_normal((STEPS_A_DAY, 3)))
    return load_kw[:, None] * shares * 1000 / LINE_VOLTS


def _noise(rng: np.random.Generator, kw: float = 1.5, memory: float = np.exp(-STEP_S / 300)) -> Floats:
    pushes = rng.standard_normal(STEPS_A_DAY) * kw * np.sqrt(1 - memory**2)
    noise = np.zeros(STEPS_A_DAY)
    for step in range(1, STEPS_A_DAY):
        noise[step] = memory * noise[step - 1] + pushes[step]
    return noise
