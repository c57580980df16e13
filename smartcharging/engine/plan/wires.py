"""The wires of a site as the programme needs them."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from smartcharging.engine.network import Network, Rows, compile_rows
from smartcharging.engine.plan.grid import Floats
from smartcharging.engine.plan.model import Indices


@dataclass(frozen=True)
class Wires:
    """The rows of a network, with the W of one ampere at each outlet, and where each outlet is.

    `pairs`: the rows of two lines that may differ by `apart_a` (A) only.
    """

    rows: Rows
    watts_per_a: Floats
    index: Mapping[str, int]
    pairs: Indices
    apart_a: Floats


def wires(network: Network, phases: Mapping[str, int]) -> Wires:
    """The wires as the cars use them now; `phases` by outlet, where that is known."""
    per_a = [outlet.watts_per_a(phases.get(outlet.id)) for outlet in network.outlets]
    index = {outlet.id: at for at, outlet in enumerate(network.outlets)}
    rows = compile_rows(network, phases)
    pairs, apart_a = _pairs(network, rows)
    return Wires(rows, np.array(per_a), index, pairs, apart_a)


def _pairs(network: Network, rows: Rows) -> tuple[Indices, Floats]:
    """Shape (pairs, 2): every two lines of the circuits with an unbalance limit, and that limit."""
    bounded = [(one.id, one.unbalance_a) for one in network.circuits if one.unbalance_a is not None]
    found = [(pair, limit) for name, limit in bounded for pair in combinations(rows.lines_of(name), 2)]
    pairs = np.array([pair for pair, _ in found], dtype=np.intp).reshape(-1, 2)
    return pairs, np.array([limit for _, limit in found], dtype=np.float64)
