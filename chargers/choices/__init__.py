"""Every state once: its value, the tone it is shown in, the word people read. One module a noun."""

from .bulk import BulkItemState, BulkState, ScheduleState
from .cases import CaseFix, CaseKind, CaseState
from .commands import OPEN_COMMANDS, CommandEffect, CommandState, Direction, StartMissed
from .deviations import Deviation, deviations
from .diagnosis import Health
from .explanations import EntryActor, EntryKind
from .files import (
    FAILED_UPDATES,
    OPEN_CAMPAIGNS,
    OPEN_LOG_REQUESTS,
    OPEN_UPDATES,
    RUNNING_UPDATES,
    CampaignState,
    FirmwareFileState,
    FirmwareUpdateState,
    LinkPurpose,
    LogKind,
    LogRequestState,
    Transport,
)
from .handshakes import RefusalReason
from .learned import CLOCK_WARN_S, CLOCK_WRONG_S, FactKind, fact_is_alarming, fact_sentence
from .local_lists import ListAnswer, ListState
from .quirks import Quirk
from .reservations import OPEN_RESERVATIONS, ReservationState
from .security import (
    OPEN_CHANGES,
    AuthorityKind,
    CertificateState,
    CertificateUse,
    EventSource,
    RevocationReason,
    SecurityChangeKind,
    SecurityChangeState,
    SecurityProfile,
)
from .settings import OPEN_ANSWERS, PlannedChange, PushState, SettingAnswer, SettingState
from .stations import Availability, ConnectorStatus, Registration, UnknownState
from .tags import AuthorizationStatus, TagStatus, TokenType
from .tones import AVAILABLE, CHARGING, FAULT, OFFLINE, TONES, WAITING, ToneChoices
from .transactions import OPEN_STATES, TransactionEventKind, TransactionState

__all__ = [
    "AVAILABLE",
    "CHARGING",
    "CLOCK_WARN_S",
    "CLOCK_WRONG_S",
    "FAILED_UPDATES",
    "FAULT",
    "OFFLINE",
    "OPEN_ANSWERS",
    "OPEN_CAMPAIGNS",
    "OPEN_CHANGES",
    "OPEN_COMMANDS",
    "OPEN_LOG_REQUESTS",
    "OPEN_RESERVATIONS",
    "OPEN_STATES",
    "OPEN_UPDATES",
    "RUNNING_UPDATES",
    "TONES",
    "WAITING",
    "AuthorityKind",
    "AuthorizationStatus",
    "Availability",
    "BulkItemState",
    "BulkState",
    "CampaignState",
    "CaseFix",
    "CaseKind",
    "CaseState",
    "CertificateState",
    "CertificateUse",
    "CommandEffect",
    "CommandState",
    "ConnectorStatus",
    "Deviation",
    "Direction",
    "EntryActor",
    "EntryKind",
    "EventSource",
    "FactKind",
    "FirmwareFileState",
    "FirmwareUpdateState",
    "Health",
    "LinkPurpose",
    "ListAnswer",
    "ListState",
    "LogKind",
    "LogRequestState",
    "PlannedChange",
    "PushState",
    "Quirk",
    "RefusalReason",
    "Registration",
    "ReservationState",
    "RevocationReason",
    "ScheduleState",
    "SecurityChangeKind",
    "SecurityChangeState",
    "SecurityProfile",
    "SettingAnswer",
    "SettingState",
    "StartMissed",
    "TagStatus",
    "TokenType",
    "ToneChoices",
    "TransactionEventKind",
    "TransactionState",
    "Transport",
    "UnknownState",
    "deviations",
    "fact_is_alarming",
    "fact_sentence",
]
