"""The Caltech garage: 208 V between two lines each, two pods of 80 A, a delta-wye transformer."""

from collections.abc import Iterable

from smartcharging.engine.network import Circuit, Network, Outlet
from smartcharging.sim.sessions import Session

VOLTS = 208.0
CAR_W = 6600.0
MINIMUM_W = 6 * VOLTS
POD_A = 80.0
PRIMARY_VOLTS, SECONDARY_VOLTS, STEP_DOWN = 277.0, 120.0, 4.0


def garage(sessions: Iterable[Session], capacity_w: float) -> Network:
    """The stations the sessions use, behind a transformer of a capacity."""
    stations = {session.station: session for session in sessions}
    pods = sorted({session.pod for session in stations.values() if session.pod})
    circuits = (
        Circuit("primary", None, _lines(capacity_w / 3 / PRIMARY_VOLTS), step_down=STEP_DOWN),
        Circuit("secondary", "primary", _lines(capacity_w / 3 / SECONDARY_VOLTS)),
        *(Circuit(pod, "secondary", _lines(POD_A)) for pod in pods),
    )
    outlets = tuple(
        Outlet(name, one.pod or "secondary", one.lines, between=True, volts=VOLTS)
        for name, one in sorted(stations.items())
    )
    return Network(circuits, outlets)


def _lines(amps: float) -> tuple[float, float, float]:
    return (amps, amps, amps)
