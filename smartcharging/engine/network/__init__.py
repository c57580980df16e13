"""The wires of a site: circuits with limits, outlets on lines, and the linear rows no grant may break.

Currents are amperes (float), powers watts (float). A row bounds a weighted sum of outlet currents; all weights are
zero or more, so less current never breaks a row that held. Plan and fill read the same rows.
"""

from smartcharging.engine.network.model import LINES, Circuit, Network, NetworkError, Outlet
from smartcharging.engine.network.rows import Row, Rows, compile_rows, line_phasors

__all__ = [
    "LINES",
    "Circuit",
    "Network",
    "NetworkError",
    "Outlet",
    "Row",
    "Rows",
    "compile_rows",
    "line_phasors",
]
