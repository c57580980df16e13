"""What a station's page says of its habits: deviations that were forgiven, and what was learned."""

from typing import Any

from chargers.models import ChargingStation
from chargers.selectors.stations import facts_for
from cpms.accounts.viewer import Viewer


def habits(viewer: Viewer, station: ChargingStation) -> dict[str, Any]:
    """The context of `parts/station_habits.html`."""
    return {"deviations": station.deviations, "facts": facts_for(viewer, station)}
