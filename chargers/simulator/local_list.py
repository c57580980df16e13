"""The local authorisation list of a simulated station, in any version."""

from dataclasses import dataclass, field
from typing import Any

MOST_ENTRIES = 500


@dataclass
class LocalList:
    """Tokens with what was said about them; version 0 is an empty list."""

    version: int = 0
    entries: dict[str, Any] = field(default_factory=dict)

    def take(self, version: int, entries: dict[str, Any], is_full: bool) -> str:
        """Carry an update out; an entry of None takes a token off. The answer's word."""
        if not is_full and version <= self.version:
            return "VersionMismatch"
        merged = {} if is_full else dict(self.entries)
        merged |= entries
        kept = {uid: info for uid, info in merged.items() if info is not None}
        if len(kept) > MOST_ENTRIES:
            return "Failed"
        self.version, self.entries = version, kept
        return "Accepted"
