"""The deviations noted at a station, in words."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from .quirks import Quirk


@dataclass(frozen=True, slots=True)
class Deviation:
    """One kind of deviation, with the times it was first and last seen."""

    code: str
    label: str
    meaning: str
    first_at: datetime
    last_at: datetime


def deviations(noted: dict[str, Any]) -> list[Deviation]:
    """What `ChargingStation.quirks` holds (code to first and last time), the latest first."""
    found = [
        Deviation(
            code, *_words(code), datetime.fromisoformat(seen["first"]), datetime.fromisoformat(seen["last"])
        )
        for code, seen in noted.items()
    ]
    return sorted(found, key=lambda one: (one.last_at, one.code), reverse=True)


def _words(code: str) -> tuple[str, str]:
    """Label and meaning; a code of a version that is no longer here stands for itself."""
    if code not in Quirk.values:
        return code, "Noted by another version of this software."
    quirk = Quirk(code)
    return str(quirk.label), quirk.meaning
