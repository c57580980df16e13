"""Limits from outside as part of the wires, so that plan and fill keep them like a fuse; pure.

A limit for everything makes its circuit smaller. One for the chargers alone becomes a circuit of its own beneath it,
on which the building is no load.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from smartcharging.engine.network import Circuit, Network, Outlet


@dataclass(frozen=True, slots=True)
class Limit:
    """A limit that is in force: `lines_a` on each line or `watts` in total. `circuit` None is the root."""

    id: str
    circuit: str | None
    for_chargers: bool
    starts_at: datetime
    ends_at: datetime
    source: str
    lines_a: tuple[float, float, float] | None = None
    watts: float | None = None


def limited(network: Network, limits: Sequence[Limit]) -> Network:
    """The same wires under all limits; a circuit that is not there any more is taken for the root."""
    for limit in limits:
        network = _beneath(network, limit) if limit.for_chargers else _smaller(network, limit)
    return network


def place_of(network: Network, limit: Limit) -> str:
    """The circuit it holds at."""
    if limit.circuit in network.by_id:
        return str(limit.circuit)
    return next(one.id for one in network.circuits if one.parent is None)


def _smaller(network: Network, limit: Limit) -> Network:
    place = place_of(network, limit)
    circuits = tuple(_cut(one, limit) if one.id == place else one for one in network.circuits)
    return Network(circuits, network.outlets)


def _cut(circuit: Circuit, limit: Limit) -> Circuit:
    lines = circuit.limit_a
    if limit.lines_a is not None:
        own, other = circuit.limit_a, limit.lines_a
        lines = (min(own[0], other[0]), min(own[1], other[1]), min(own[2], other[2]))
    watts = [one for one in (circuit.limit_w, limit.watts) if one is not None]
    return replace(circuit, limit_a=lines, limit_w=min(watts, default=None))


def _beneath(network: Network, limit: Limit) -> Network:
    place, name = place_of(network, limit), f"{place_of(network, limit)}/{limit.id}"
    above = network.by_id[place]
    own = Circuit(name, place, limit.lines_a or above.limit_a, limit.watts)
    circuits = tuple(replace(one, parent=name) if one.parent == place else one for one in network.circuits)
    outlets = tuple(_moved(one, place, name) for one in network.outlets)
    return Network((*circuits, own), outlets)


def _moved(outlet: Outlet, place: str, name: str) -> Outlet:
    return replace(outlet, circuit=name) if outlet.circuit == place else outlet
