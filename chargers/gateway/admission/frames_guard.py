"""What one socket may cost below the level of messages: control frames, fragments, messages that never end."""

from typing import Final

from .throttle import TokenBucket

# Pings and pongs: many more than any station sends, far fewer than cost anything.
CONTROL_RATE, CONTROL_BURST = 20.0, 200.0
# A message of the largest size in pieces of 200 bytes.
FRAGMENT_RATE, FRAGMENT_BURST = 500.0, 5_500.0
# A message that was begun must end within so long.
UNFINISHED_S: Final = 10.0


class FramesGuard:
    """Counts the frames of one socket. Times are seconds of the event loop's clock."""

    def __init__(self) -> None:
        self._control = TokenBucket(CONTROL_RATE, CONTROL_BURST)
        self._fragments = TokenBucket(FRAGMENT_RATE, FRAGMENT_BURST)
        self._begun_at: float | None = None

    def control(self, now: float) -> bool:
        """Count a ping or pong; False when there were too many."""
        return self._control.take(now, 0.0) == 0.0

    def fragment(self, now: float, is_last: bool) -> bool:
        """Count a piece of a message; False when there were too many."""
        if self._begun_at is None:
            self._begun_at = now
        self._begun_at = None if is_last else self._begun_at
        return self._fragments.take(now, 0.0) == 0.0

    def is_stuck(self, now: float) -> bool:
        """Whether a message was begun and not ended in time."""
        return self._begun_at is not None and now - self._begun_at >= UNFINISHED_S
