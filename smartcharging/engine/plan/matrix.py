"""The matrix of a programme by columns, with the names of its columns and rows; made anew only where it changed."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from smartcharging.engine.plan.columns import Columns
from smartcharging.engine.plan.grid import Floats
from smartcharging.engine.plan.model import Indices

# Kinds of columns beside those of cars follow the four pieces of a draw.
EXTRAS = 4
# What each car column has in some rows (-1: in none): row numbers and values, shape (columns, rows).
Entries = Callable[[], tuple[Indices, Floats]]
# Everything the entries are made from.
Source = tuple[Indices | Floats, ...]


class Extra(NamedTuple):
    """Columns beside those of cars, with at most two entries each (row -1: none)."""

    kind: int
    owner: Indices
    slot: Indices
    cost: Floats
    lower: Floats
    upper: Floats
    rows: Indices
    values: Floats


@dataclass(frozen=True)
class Matrix:
    """A by columns. `column_keys` and `row_keys` (kind, owner, slot) name what is what across programmes."""

    starts: Indices
    index: Indices
    value: Floats
    column_keys: Indices
    row_keys: Indices
    source: Source

    def equals(self, other: "Matrix") -> bool:
        """Whether both say the same."""
        mine, others = ((one.starts, one.index, one.value, one.row_keys) for one in (self, other))
        return self is other or all(map(np.array_equal, mine, others))


def matrix(
    columns: Columns,
    entries: Sequence[Entries],
    extras: Sequence[Extra],
    row_keys: Sequence[Indices],
    source: Source,
    before: Matrix | None,
) -> Matrix:
    """The matrix; the one of `before` where nothing it is made from changed."""
    if before is not None and _same(before.source, source):
        return before
    wide = [entry() for entry in entries]
    own = tuple(np.concatenate(parts, axis=1) for parts in zip(*wide, strict=True))
    blocks = [own, *((extra.rows, extra.values) for extra in extras)]
    used = [rows >= 0 for rows, _ in blocks]
    counts = np.concatenate([mask.sum(axis=1) for mask in used])
    return Matrix(
        starts=np.append(0, np.cumsum(counts)),
        index=np.concatenate([rows[mask] for (rows, _), mask in zip(blocks, used, strict=True)]),
        value=np.concatenate([values[mask] for (_, values), mask in zip(blocks, used, strict=True)]),
        column_keys=_column_keys(columns, extras),
        row_keys=np.concatenate(row_keys),
        source=source,
    )


def _same(before: Source, now: Source) -> bool:
    return len(before) == len(now) and all(map(np.array_equal, before, now))


def _column_keys(columns: Columns, extras: Sequence[Extra]) -> Indices:
    own = np.stack([columns.part, columns.car, columns.slot], axis=1)
    others = [
        np.stack([np.full(len(extra.owner), EXTRAS + extra.kind), extra.owner, extra.slot], axis=1)
        for extra in extras
    ]
    return np.concatenate([own, *others])
