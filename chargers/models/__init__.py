"""Stations and what they reported, one module a noun."""

from .bulk import BulkCommand, BulkItem
from .case import Case
from .command import Command
from .connection import GatewayInstance, StationConnection
from .handshake import RefusedHandshake
from .id_tag import Authorization, IdTag, IdTagGroup
from .learned import LearnedFact
from .message_log import MessageExchange
from .meter import MeterValue
from .reservation import Reservation
from .schedule import ScheduledCommand
from .site import Site
from .station import ChargingStation, Connector, Evse
from .transaction import Transaction, TransactionEvent
from .unknown import UnknownStation

__all__ = [
    "Authorization",
    "BulkCommand",
    "BulkItem",
    "Case",
    "ChargingStation",
    "Command",
    "Connector",
    "Evse",
    "GatewayInstance",
    "IdTag",
    "IdTagGroup",
    "LearnedFact",
    "MessageExchange",
    "MeterValue",
    "RefusedHandshake",
    "Reservation",
    "ScheduledCommand",
    "Site",
    "StationConnection",
    "Transaction",
    "TransactionEvent",
    "UnknownStation",
]
