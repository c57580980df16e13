"""So many messages a second for a whole site."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Bucket:
    """Tokens at a time (s), refilled at `rate` a second up to `size`. Safety may overdraw it."""

    rate: float = 50.0
    size: float = 50.0
    tokens: float = 50.0
    at_s: float | None = None

    def filled(self, now_s: float) -> "Bucket":
        """As it stands at a time."""
        passed = 0.0 if self.at_s is None else max(0.0, now_s - self.at_s)
        return Bucket(self.rate, self.size, min(self.size, self.tokens + passed * self.rate), now_s)

    def without(self, messages: int) -> "Bucket":
        """After so many messages."""
        return Bucket(self.rate, self.size, self.tokens - messages, self.at_s)
