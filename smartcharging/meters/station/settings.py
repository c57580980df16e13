"""The main meter of a charging station, which tells it as values of connector 0 (OCPP 1.6 §4.7, 2.0.1 J01: EVSE 0)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ..errors import BadSettings
from ..reading_settings import known_only


@dataclass(frozen=True, slots=True)
class Settings:
    """None; the station is chosen beside."""


def check(address: str, settings: Mapping[str, Any], lines: int) -> Settings:
    """Refuse whatever is set. Raises BadSettings."""
    if address:
        raise BadSettings("address", "stays empty: choose the station instead")
    known_only(settings, set())
    return Settings()
