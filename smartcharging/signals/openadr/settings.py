"""A server (VTN) of OpenADR 2.0b: its address, our name there, what the levels of simple signals mean."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import isfinite
from typing import Any, Final

from ...meters import BadSettings
from ...meters.reading_settings import address_of, known_only, text

# OpenADR 2.0b §8.1: level 0 is normal operation.
LEVELS: Final = ("1", "2", "3")
_FILES: Final = ("certificate", "key", "authority")


@dataclass(frozen=True, slots=True)
class Settings:
    """`levels`: percent of what the circuit carries that stay at levels 1 to 3. Files are PEM, for TLS with both sides
    known; `fingerprint` is that of the server's signing certificate.
    """

    ven: str
    levels: Mapping[int, float]
    certificate: str = ""
    key: str = ""
    authority: str = ""
    fingerprint: str = ""


def check(address: str, settings: Mapping[str, Any]) -> Settings:
    """`{"ven": "garage", "levels": {"1": 70, "2": 40, "3": 0}, "certificate": "/etc/...", ...}`, address
    `https://host/OpenADR2/Simple/2.0b`. Raises BadSettings.
    """
    parts = address_of(address, {"http": 80, "https": 443})
    known_only(settings, {"ven", "levels", "fingerprint", *_FILES})
    files = {name: text(settings, name, default="") for name in _FILES}
    if any(files.values()) and not all(files.values()):
        raise BadSettings("settings.certificate", "needs key and authority beside it, and they need it")
    if files["certificate"] and parts.scheme != "https":
        raise BadSettings("address", "certificates need https")
    fingerprint = text(settings, "fingerprint", default="")
    return Settings(
        text(settings, "ven"), _levels(settings.get("levels", {})), **files, fingerprint=fingerprint
    )


def _levels(written: Any) -> dict[int, float]:
    """Level 3 stops charging unless something else is said (OpenADR calls it special)."""
    if not isinstance(written, dict):
        raise BadSettings("settings.levels", "has to be an object")
    for level, percent in written.items():
        if level not in LEVELS:
            raise BadSettings(
                f"settings.levels.{str(level)[:20]}", f"is no level; levels: {', '.join(LEVELS)}"
            )
        is_number = isinstance(percent, int | float) and not isinstance(percent, bool) and isfinite(percent)
        if not is_number or not 0 <= percent <= 100:
            raise BadSettings(f"settings.levels.{level}", "has to be a percentage from 0 to 100")
    return {1: 70.0, 2: 40.0, 3: 0.0} | {int(level): float(percent) for level, percent in written.items()}
