"""How a charger stands in a driver's words."""

from django.db import models

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


class ProblemKind(models.TextChoices):
    """What may be wrong, as a driver sees it."""

    NO_START = "no_start", "Charging does not start"
    NO_STOP = "no_stop", "Charging does not stop, or the cable is stuck"
    SLOW = "slow", "It charges too slowly or stops by itself"
    DAMAGED = "damaged", "Something is broken or dangerous"
    BLOCKED = "blocked", "The place is blocked"
    PRICE = "price", "The price or the receipt is wrong"
    OTHER = "other", "Something else"


class Confidence(ToneChoices):
    """How sure it is that charging works, by what really happened there."""

    HIGH = "high", AVAILABLE, "Very likely works"
    FAIR = "fair", AVAILABLE, "Probably works"
    LOW = "low", WAITING, "Not proven lately"
    BAD = "bad", FAULT, "Others could not start here lately"


class Plug(models.TextChoices):
    """How a car is connected."""

    TYPE_2 = "type_2", "Type 2"
    CCS = "ccs", "CCS (Combo 2)"
    CHADEMO = "chademo", "CHAdeMO"
    TYPE_1 = "type_1", "Type 1"
    NACS = "nacs", "NACS"
    OTHER = "other", "Other"
