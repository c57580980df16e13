"""What can be asked of many stations at once, whatever versions they speak."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from chargers.choices import Availability
from chargers.domain import ClearCache, Place, Request, Reset, SetAvailability, Trigger

_STATION = Place(0, None)


@dataclass(frozen=True, slots=True)
class Wish:
    """One entry of the menu. `danger` says what is lost by mistake; empty means harmless."""

    label: str
    summary: str
    request: Callable[[], Request]
    danger: str = ""
    # A usual pace: what takes stations away for minutes goes slowly.
    per_minute: int = 600


WISHES: Final[dict[str, Wish]] = {
    "restart": Wish(
        "Restart",
        "Ends sessions properly, then restarts.",
        lambda: Reset(hard=False),
        "Sessions end, and each station is offline until it has restarted.",
        60,
    ),
    "restart-hard": Wish(
        "Restart at once",
        "Restarts without waiting for anything.",
        lambda: Reset(hard=True),
        "Sessions are cut off, and each station is offline until it has restarted.",
        60,
    ),
    "out-of-service": Wish(
        "Take out of service",
        "Nobody can start; running sessions are let finish.",
        lambda: SetAvailability(_STATION, Availability.INOPERATIVE),
        "Nobody can charge there until the stations are put in service again.",
        120,
    ),
    "in-service": Wish(
        "Put in service",
        "Everybody can start again.",
        lambda: SetAvailability(_STATION, Availability.OPERATIVE),
        per_minute=120,
    ),
    "clear-cache": Wish(
        "Clear authorization cache",
        "The stations forget the ID tags they have remembered.",
        ClearCache,
        "Known drivers cannot start while a station is offline, until they were asked about again.",
    ),
    "status": Wish(
        "Ask for status",
        "Each station tells how its connectors are.",
        lambda: Trigger("StatusNotification"),
    ),
    "meter": Wish(
        "Ask for meter values", "Each station sends its meter values.", lambda: Trigger("MeterValues")
    ),
    "heartbeat": Wish(
        "Ask for a heartbeat", "Each station shows that it lives.", lambda: Trigger("Heartbeat")
    ),
}
