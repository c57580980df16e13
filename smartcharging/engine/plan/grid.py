"""Slots of time: short ones near, long ones far."""

from dataclasses import dataclass
from functools import cached_property
from math import ceil

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
HOUR_S = 3600
NEAR = (12, 300)
MIDDLE = (16, 900)


@dataclass(frozen=True)
class Grid:
    """Slots that follow each other without gaps; `lengths_s` has shape (slots,), the first begins at 0."""

    lengths_s: Floats

    @cached_property
    def starts_s(self) -> Floats:
        """When each slot begins, in seconds from the first."""
        ends: Floats = np.cumsum(self.lengths_s)
        return ends - self.lengths_s

    @cached_property
    def hours(self) -> Floats:
        """How long each slot is."""
        return self.lengths_s / HOUR_S

    @property
    def end_s(self) -> float:
        """When the last slot ends."""
        return float(self.lengths_s.sum())

    def present(self, from_s: Floats, until_s: Floats) -> Floats:
        """The share of every slot between two times: shape (cars, slots), 0 to 1."""
        starts = self.starts_s
        begin = np.maximum(starts, from_s[:, None])
        end = np.minimum(starts + self.lengths_s, until_s[:, None])
        share: Floats = np.clip(end - begin, 0.0, None) / self.lengths_s
        return share

    def mean_of(self, values: Floats, step_s: float) -> Floats:
        """Means per slot of a series in equal steps from the first slot on; its last value goes on."""
        edges = np.append(self.starts_s, self.end_s) / step_s
        padded = np.append(values, np.full(max(0, ceil(edges[-1]) - len(values)) + 1, values[-1]))
        total = np.append(0.0, np.cumsum(padded))
        at = np.interp(edges, np.arange(len(total)), total)
        mean: Floats = np.diff(at) / np.diff(edges)
        return mean


def growing_grid(horizon_s: float) -> Grid:
    """12 slots of 5 minutes, 16 of 15, then hours, until the horizon is covered."""
    lengths: list[float] = []
    for count, length in (NEAR, MIDDLE):
        left = max(0.0, horizon_s - sum(lengths))
        lengths += [length] * min(count, ceil(left / length))
    left = max(0.0, horizon_s - sum(lengths))
    return Grid(np.array([*lengths, *[HOUR_S] * ceil(left / HOUR_S)], dtype=np.float64))


def even_grid(slots: int, length_s: float) -> Grid:
    """Slots of one length."""
    return Grid(np.full(slots, float(length_s)))
