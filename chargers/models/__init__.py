"""Stations and what they reported, one module a noun."""

from .command import Command
from .connection import GatewayInstance, StationConnection
from .id_tag import Authorization, IdTag, IdTagGroup
from .message_log import MessageExchange
from .meter import MeterValue
from .site import Site
from .station import ChargingStation, Connector, Evse
from .transaction import Transaction, TransactionEvent
from .unknown import UnknownStation

__all__ = [
    "Authorization",
    "ChargingStation",
    "Command",
    "Connector",
    "Evse",
    "GatewayInstance",
    "IdTag",
    "IdTagGroup",
    "MessageExchange",
    "MeterValue",
    "Site",
    "StationConnection",
    "Transaction",
    "TransactionEvent",
    "UnknownStation",
]
