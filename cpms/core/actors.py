"""Who acts: a person, an API key, a station or the system itself."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Actor:
    """The author of an act, for audit lines and commands. `user_id` is None unless a person acted."""

    label: str
    user_id: int | None = None
    source: str = "system"


SYSTEM = Actor("system")
