"""A meter that sends to our API by itself: nothing to set."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ..errors import BadSettings
from ..reading_settings import known_only


@dataclass(frozen=True, slots=True)
class Settings:
    """None."""


def check(address: str, settings: Mapping[str, Any], lines: int) -> Settings:
    """Refuse whatever is set. Raises BadSettings."""
    if address:
        raise BadSettings("address", "stays empty: this meter comes to us")
    known_only(settings, set())
    return Settings()
