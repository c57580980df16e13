"""States of stations and connectors."""

from .tones import AVAILABLE, CHARGING, FAULT, OFFLINE, WAITING, ToneChoices


class ConnectorStatus(ToneChoices):
    """What a station says of a connector; the words of OCPP 1.6 §4.9, into which 2.x reports are widened."""

    AVAILABLE = "Available", AVAILABLE, "Available"
    PREPARING = "Preparing", WAITING, "Preparing"
    CHARGING = "Charging", CHARGING, "Charging"
    SUSPENDED_EVSE = "SuspendedEVSE", WAITING, "Paused by station"
    SUSPENDED_EV = "SuspendedEV", WAITING, "Paused by vehicle"
    FINISHING = "Finishing", WAITING, "Finishing"
    OCCUPIED = "Occupied", WAITING, "Occupied"
    RESERVED = "Reserved", WAITING, "Reserved"
    UNAVAILABLE = "Unavailable", OFFLINE, "Out of service"
    FAULTED = "Faulted", FAULT, "Faulted"
    UNKNOWN = "Unknown", OFFLINE, "Not reported yet"


class Availability(ToneChoices):
    """What the operator wants of a station, EVSE or connector."""

    OPERATIVE = "Operative", AVAILABLE, "In service"
    INOPERATIVE = "Inoperative", OFFLINE, "Out of service"


class Registration(ToneChoices):
    """Our answer to a BootNotification (OCPP 1.6 §7.35)."""

    ACCEPTED = "Accepted", AVAILABLE, "Accepted"
    PENDING = "Pending", WAITING, "Pending"
    REJECTED = "Rejected", FAULT, "Rejected"


class UnknownState(ToneChoices):
    """What an operator decided about an unknown station."""

    WAITING = "waiting", WAITING, "Waiting"
    BLOCKED = "blocked", FAULT, "Blocked"
