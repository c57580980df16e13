"""Stations and what they reported, one module a noun."""

from .bulk import BulkCommand, BulkItem
from .case import Case
from .certificate import (
    CertificateAuthority,
    InstalledCertificate,
    RootCertificate,
    ServerCertificate,
    StationCertificate,
)
from .command import Command
from .connection import GatewayInstance, StationConnection
from .files import FirmwareFile, FirmwarePolicy, LogRequest, ManufacturerRoot, StrayFileReport
from .files_updates import FirmwareCampaign, FirmwareUpdate, TransferLink
from .handshake import RefusedHandshake
from .id_tag import Authorization, IdTag, IdTagGroup
from .learned import LearnedFact
from .local_list import LocalList, LocalListSite, LocalListStation, StationList
from .message_log import MessageExchange
from .meter import MeterValue
from .reservation import Reservation
from .schedule import ScheduledCommand
from .security import SecurityChange, SecurityEvent
from .setting import (
    ConfigurationPush,
    ConfigurationTemplate,
    PushResult,
    StationConfiguration,
    StationSetting,
)
from .site import Site
from .station import ChargingStation, Connector, Evse
from .transaction import Transaction, TransactionEvent
from .unknown import UnknownStation

__all__ = [
    "Authorization",
    "BulkCommand",
    "BulkItem",
    "Case",
    "CertificateAuthority",
    "ChargingStation",
    "Command",
    "ConfigurationPush",
    "ConfigurationTemplate",
    "Connector",
    "Evse",
    "FirmwareCampaign",
    "FirmwareFile",
    "FirmwarePolicy",
    "FirmwareUpdate",
    "GatewayInstance",
    "IdTag",
    "IdTagGroup",
    "InstalledCertificate",
    "LearnedFact",
    "LocalList",
    "LocalListSite",
    "LocalListStation",
    "LogRequest",
    "ManufacturerRoot",
    "MessageExchange",
    "MeterValue",
    "PushResult",
    "RefusedHandshake",
    "Reservation",
    "RootCertificate",
    "ScheduledCommand",
    "SecurityChange",
    "SecurityEvent",
    "ServerCertificate",
    "Site",
    "StationCertificate",
    "StationConfiguration",
    "StationConnection",
    "StationList",
    "StationSetting",
    "StrayFileReport",
    "Transaction",
    "TransactionEvent",
    "TransferLink",
    "UnknownStation",
]
