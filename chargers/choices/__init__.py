"""Every state once: its value, the tone it is shown in, the word people read. One module a noun."""

from .commands import OPEN_COMMANDS, CommandEffect, CommandState, Direction
from .quirks import Quirk
from .stations import Availability, ConnectorStatus, Registration, UnknownState
from .tags import AuthorizationStatus, TagStatus, TokenType
from .tones import AVAILABLE, CHARGING, FAULT, OFFLINE, TONES, WAITING, ToneChoices
from .transactions import OPEN_STATES, TransactionEventKind, TransactionState

__all__ = [
    "AVAILABLE",
    "CHARGING",
    "FAULT",
    "OFFLINE",
    "OPEN_COMMANDS",
    "OPEN_STATES",
    "TONES",
    "WAITING",
    "AuthorizationStatus",
    "Availability",
    "CommandEffect",
    "CommandState",
    "ConnectorStatus",
    "Direction",
    "Quirk",
    "Registration",
    "TagStatus",
    "TokenType",
    "ToneChoices",
    "TransactionEventKind",
    "TransactionState",
    "UnknownState",
]
