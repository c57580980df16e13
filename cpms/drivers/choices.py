"""How a charger stands in a driver's words."""

from chargers.choices import AVAILABLE, CHARGING, FAULT, OFFLINE, WAITING, ToneChoices


class PlaceState(ToneChoices):
    """Whether one can charge here now."""

    FREE = "free", AVAILABLE, "Free"
    PLUGGED = "plugged", AVAILABLE, "Free, a cable is plugged in"
    BUSY = "busy", CHARGING, "In use"
    RESERVED = "reserved", WAITING, "Reserved"
    BROKEN = "broken", FAULT, "Out of order"
    CLOSED = "closed", OFFLINE, "Out of service"
    AWAY = "away", OFFLINE, "Not reachable right now"


# Charging can be asked for.
OPEN_PLACES = (PlaceState.FREE, PlaceState.PLUGGED)


class SessionState(ToneChoices):
    """How a session of one's own stands."""

    RUNNING = "running", CHARGING, "Charging"
    PRICING = "pricing", WAITING, "Working out the price"
    CHECKING = "checking", WAITING, "The price is being checked"
    DONE = "done", AVAILABLE, "Done"


class ClaimState(ToneChoices):
    """How far a card has come on its way to a driver."""

    WAITING = "waiting", WAITING, "Hold it to the charger now"
    READ = "read", WAITING, "The operator has to confirm it"
    DONE = "done", AVAILABLE, "It is yours"
    LAPSED = "lapsed", OFFLINE, "It was not held to the charger in time"
    REFUSED = "refused", FAULT, "The operator did not confirm it"


# Something may still come of these.
OPEN_CLAIMS = (ClaimState.WAITING, ClaimState.READ)
