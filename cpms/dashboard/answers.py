"""The first line of a station's page: how it is, why, and what to do about it."""

from dataclasses import dataclass
from datetime import datetime

from chargers import choices
from chargers.choices import Availability, ConnectorStatus, Registration
from chargers.models import ChargingStation
from chargers.selectors.connections import without_restarts
from chargers.selectors.stations import stations_for
from cpms.accounts.viewer import Viewer

from .board import Tile
from .needs import TOGETHER


@dataclass(frozen=True, slots=True)
class Answer:
    """A tone with its headline, since when it holds, and what to do."""

    tone: str
    headline: str
    advice: str = ""
    since: datetime | None = None
    teach: bool = False


def answer(viewer: Viewer, station: ChargingStation, tiles: list[Tile]) -> Answer:
    """The worst thing that is true of the station, else what it is doing."""
    link = getattr(station, "connection", None)
    if link is None or link.opened_at is None:
        advice = "It has never connected. Type this address into the charger."
        return Answer(choices.OFFLINE, "Waiting for its first connection", advice, teach=True)
    if not link.is_open:
        return Answer(choices.OFFLINE, "Offline", _why_away(viewer, station, link.closed_at), link.closed_at)
    return _refused(station) or _faulted(tiles) or _out_of_service(station) or _busy(tiles)


def _why_away(viewer: Viewer, station: ChargingStation, closed_at: datetime) -> str:
    if not without_restarts(stations_for(viewer).filter(pk=station.pk)).exists():
        return "The gateway was restarted at that moment: the station dials again by itself, within minutes."
    if station.site_id is None:
        return "Check its power and its network."
    others = stations_for(viewer).filter(site_id=station.site_id)
    near = (closed_at - TOGETHER, closed_at + TOGETHER)
    gone = others.filter(connection__closed_at__range=near, connection__opened_at__isnull=False).count()
    if gone < 2:
        return "The other stations of the site are not affected: check this station's power and network."
    everyone = others.count()
    return (
        f"{gone} of {everyone} stations of the site went at the same time: look at its router or power first."
    )


def _refused(station: ChargingStation) -> Answer | None:
    if station.registration == Registration.ACCEPTED:
        return None
    registration = Registration(station.registration)
    advice = "It is connected, but its boot was not accepted: it may not start transactions."
    return Answer(registration.tone, f"Boot {registration.label.lower()}", advice, station.last_boot_at)


def _faulted(tiles: list[Tile]) -> Answer | None:
    bad = [tile for tile in tiles if tile.connector.status == ConnectorStatus.FAULTED]
    if not bad:
        return None
    numbers = ", ".join(str(tile.connector.evse.number) for tile in bad)
    code = bad[0].connector.error_code or "no error code given"
    headline = f"Connector{'s' if len(bad) > 1 else ''} {numbers} faulted: {code}"
    advice = bad[0].connector.error_info or "Read the latest messages; a reset often clears a passing fault."
    return Answer(choices.FAULT, headline, advice, bad[0].since)


def _out_of_service(station: ChargingStation) -> Answer | None:
    if station.desired_availability != Availability.INOPERATIVE:
        return None
    return Answer(choices.OFFLINE, "Out of service", "An operator took it out of service.")


def _busy(tiles: list[Tile]) -> Answer:
    charging = [tile for tile in tiles if tile.is_charging]
    if charging:
        many = f" on {len(charging)} of {len(tiles)} connectors" if len(tiles) > 1 else ""
        return Answer(choices.CHARGING, f"Charging{many}", "Nothing to do.")
    if not tiles:
        return Answer(choices.WAITING, "Connected", "It has not reported any connector yet.")
    free = sum(tile.tone == choices.AVAILABLE for tile in tiles)
    if free:
        many = f"{free} of {len(tiles)} connectors free. " if len(tiles) > 1 else ""
        return Answer(choices.AVAILABLE, "Available", f"{many}Nothing to do.")
    return Answer(tiles[0].tone, tiles[0].label, "No connector is free right now.", tiles[0].since)
