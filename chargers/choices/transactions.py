"""The life of a transaction."""

from .tones import AVAILABLE, CHARGING, FAULT, WAITING, ToneChoices


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
