"""What an operator wants in service, as soon as the station has agreed to it; what it reports is another field."""

from typing import Any

from chargers.models import ChargingStation, Evse


def availability_agreed(station_id: int, wanted: dict[str, Any]) -> None:
    """Note what an accepted change wants (expectation of kind "availability"); EVSE 0 is the whole station."""
    evses = Evse.objects.filter(station_id=station_id)
    availability = wanted["availability"]
    if wanted.get("evse_no"):
        evses.filter(number=wanted["evse_no"]).update(desired_availability=availability)
        return
    ChargingStation.objects.filter(pk=station_id).update(desired_availability=availability)
    evses.update(desired_availability=availability)
