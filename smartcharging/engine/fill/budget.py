"""What the cars may take together, row by row, and what the rest of each limit is kept for."""

from dataclasses import dataclass

import numpy as np

from smartcharging.engine.fill.model import Floats
from smartcharging.engine.network import Rows


@dataclass(frozen=True)
class Budget:
    """The parts of each row's limit, in the row's unit; all arrays are as long as `rows.rows`.

    `other`: load that is not ours. `margin`: for what may change until the next look. `reserved`: for stations
    that cannot be told, and for decreases that nobody confirmed.
    """

    limit: Floats
    other: Floats
    margin: Floats
    reserved: Floats

    @classmethod
    def of(
        cls,
        rows: Rows,
        other: Floats | None = None,
        margin: Floats | None = None,
        reserved: Floats | None = None,
    ) -> "Budget":
        """The budget of rows; a part that is left out is zero."""
        nothing = np.zeros(len(rows.rows))
        return cls(
            rows.limit,
            nothing if other is None else other,
            nothing if margin is None else margin,
            nothing if reserved is None else reserved,
        )

    @property
    def taken(self) -> Floats:
        """What is not for the cars. A part below zero counts as zero: what flows back now may stop any second."""
        return sum(
            (np.maximum(part, 0.0) for part in (self.other, self.margin, self.reserved)), self.limit * 0.0
        )

    @property
    def available(self) -> Floats:
        """What is for the cars, never below zero; nothing where a part is no number."""
        return np.maximum(np.nan_to_num(self.limit - self.taken, nan=0.0, neginf=0.0), 0.0)
