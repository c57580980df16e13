"""Every state once: its value, the tone it is shown in, the word people read.

A member is written `NAME = value, tone, label`; `member.tone` is one of the five tones.
"""

from django.db import models

AVAILABLE, CHARGING, WAITING, FAULT, OFFLINE = "available", "charging", "waiting", "fault", "offline"
TONES = (AVAILABLE, CHARGING, WAITING, FAULT, OFFLINE)


class ToneChoices(models.TextChoices):
    """Text choices that also carry a tone."""

    tone: str

    def __new__(cls, value: str, tone: str = OFFLINE) -> "ToneChoices":
        member = str.__new__(cls, value)
        member._value_ = value
        member.tone = tone
        return member


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


class TokenType(ToneChoices):
    """Kinds of ID token (OCPP 2.0.1 IdTokenEnumType, plus the app)."""

    ISO14443 = "ISO14443", AVAILABLE, "RFID card"
    ISO15693 = "ISO15693", AVAILABLE, "RFID card (ISO 15693)"
    CENTRAL = "Central", AVAILABLE, "App or portal"
    KEY_CODE = "KeyCode", AVAILABLE, "Key code"
    LOCAL = "Local", AVAILABLE, "Local"
    EMAID = "eMAID", AVAILABLE, "Contract certificate"
    MAC_ADDRESS = "MacAddress", AVAILABLE, "Vehicle address"
    NO_AUTHORIZATION = "NoAuthorization", OFFLINE, "Free vend"


class TagStatus(ToneChoices):
    """What we decided about an ID tag; expiry is a date of its own."""

    ACTIVE = "active", AVAILABLE, "Active"
    BLOCKED = "blocked", FAULT, "Blocked"


class AuthorizationStatus(ToneChoices):
    """Our answer to a token (OCPP 1.6 §7.2, the words both protocol families share)."""

    ACCEPTED = "Accepted", AVAILABLE, "Accepted"
    BLOCKED = "Blocked", FAULT, "Blocked"
    EXPIRED = "Expired", FAULT, "Expired"
    INVALID = "Invalid", FAULT, "Unknown"
    CONCURRENT_TX = "ConcurrentTx", WAITING, "Already charging"


class TransactionState(ToneChoices):
    """The life of a transaction."""

    PENDING = "pending", WAITING, "Starting"
    CHARGING = "charging", CHARGING, "Charging"
    SUSPENDED = "suspended", WAITING, "Paused"
    ENDED = "ended", AVAILABLE, "Ended"
    INFERRED_END = "inferred_end", WAITING, "Ended (inferred)"
    ORPHANED = "orphaned", FAULT, "Stop without start"


OPEN_STATES = (TransactionState.PENDING, TransactionState.CHARGING, TransactionState.SUSPENDED)


class TransactionEventKind(ToneChoices):
    """The three messages of a transaction (OCPP 2.0.1 TransactionEventEnumType)."""

    STARTED = "Started", CHARGING, "Started"
    UPDATED = "Updated", CHARGING, "Updated"
    ENDED = "Ended", AVAILABLE, "Ended"


class CommandState(ToneChoices):
    """The life of a command. From `timed_out` on nobody will repeat it by himself."""

    QUEUED = "queued", WAITING, "Queued"
    CLAIMED = "claimed", WAITING, "Claimed"
    SENT = "sent", WAITING, "Sent"
    ACCEPTED = "accepted", AVAILABLE, "Accepted"
    REJECTED = "rejected", FAULT, "Rejected"
    CALLERROR = "callerror", FAULT, "Error answer"
    TIMED_OUT = "timed_out", FAULT, "No answer"
    UNKNOWN = "unknown", FAULT, "Unknown"
    EXPIRED = "expired", OFFLINE, "Expired unsent"
    CANCELLED = "cancelled", OFFLINE, "Cancelled"


OPEN_COMMANDS = (CommandState.QUEUED, CommandState.CLAIMED, CommandState.SENT)


class CommandEffect(ToneChoices):
    """Whether what the command asked for was then really seen. Accepted is not done."""

    NONE = "none", OFFLINE, "Nothing to see"
    PENDING = "pending", WAITING, "Waiting to see it"
    SEEN = "seen", AVAILABLE, "Seen"
    NOT_SEEN = "not_seen", FAULT, "Accepted, but not seen"


class Direction(ToneChoices):
    """Who asked: the station (in) or we (out)."""

    IN = "in", CHARGING, "From station"
    OUT = "out", WAITING, "To station"
