"""Subprotocol to adapter: the only module that knows all versions."""

from collections.abc import Mapping
from typing import Any

from .adapter import Adapter
from .v16 import adapter as v16
from .v201 import adapter as v201

ADAPTERS: dict[str, Adapter] = {a.subprotocol: a for a in (v201.ADAPTER, v16.ADAPTER)}
# What a station that names no subprotocol is taken for (ocpp decisions: tolerant by default).
DEFAULT = v16.ADAPTER
# Versions in which connectors are counted anew at every EVSE.
NESTED = tuple(a.subprotocol for a in ADAPTERS.values() if not a.connector_is_evse)


def choose(offered: list[str]) -> Adapter | None:
    """The best version a station offers, newest first, compared without regard to case; None when none is known."""
    wanted = {name.strip().lower() for name in offered}
    return next((adapter for name, adapter in ADAPTERS.items() if name in wanted), None)


def is_known(name: str) -> bool:
    """Whether this is exactly the name of a version we speak."""
    return name in ADAPTERS


def by_subprotocol(name: str) -> Adapter:
    """The adapter of a connection's subprotocol; unknown or empty names get the default."""
    return ADAPTERS.get(name, DEFAULT)


def of_message(action: str, payload: Mapping[str, Any]) -> Adapter:
    """The oldest adapter whose words these are, for messages that are read without their connection."""
    newer = action not in v16.ADAPTER.inbound_actions or "evseId" in payload
    return v201.ADAPTER if newer else v16.ADAPTER
