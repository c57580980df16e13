"""What can be said between stations and us, whatever the protocol version.

Reports come in (adapter -> service), answers and requests go out (service -> adapter). Frozen values, no behaviour.
"""

from .answers import Answer, BeatAnswer, BootAnswer, DataAnswer, Outcome, TokenAnswer, TransactionAnswer
from .local_lists import ListEntry, ListVersionReported, ReadListVersion, SendList
from .reports import (
    Acknowledged,
    AuthorizeAsked,
    Beat,
    Booted,
    DataReceived,
    DiagnosticsProgress,
    FirmwareProgress,
    MeterReported,
    Report,
    StatusReported,
    TransactionReported,
)
from .requests import (
    ReadSettings,
    RemoteStart,
    RemoteStop,
    Request,
    Reset,
    SetAvailability,
    Trigger,
    Unlock,
    WriteSetting,
)
from .settings import SettingAgreed, SettingsReported, SettingValue
from .values import Place, Reading, Token

__all__ = [
    "Acknowledged",
    "Answer",
    "AuthorizeAsked",
    "Beat",
    "BeatAnswer",
    "BootAnswer",
    "Booted",
    "DataAnswer",
    "DataReceived",
    "DiagnosticsProgress",
    "FirmwareProgress",
    "ListEntry",
    "ListVersionReported",
    "MeterReported",
    "Outcome",
    "Place",
    "ReadListVersion",
    "ReadSettings",
    "Reading",
    "RemoteStart",
    "RemoteStop",
    "Report",
    "Request",
    "Reset",
    "SendList",
    "SetAvailability",
    "SettingAgreed",
    "SettingValue",
    "SettingsReported",
    "StatusReported",
    "Token",
    "TokenAnswer",
    "TransactionAnswer",
    "TransactionReported",
    "Trigger",
    "Unlock",
    "WriteSetting",
]
