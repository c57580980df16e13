"""Places in the life of a message at which a test may end or stop the process; in production there are none.

`settings.FAILPOINT` names one place as `place:action:deed` or `place:action:deed:identity`, such as
`after_commit:StartTransaction:kill`. Only the settings of the test run define it (CPMS_FAILPOINT).

Places of a message: `before_commit`, `after_commit`, `after_answer`. Of a command: `before_bytes` (it is noted as
sent, nothing left) and `after_bytes`. Deeds: `kill` (SIGKILL), `block` (the thread stands still).
"""

import asyncio
import os
import signal
import time
from dataclasses import dataclass

from django.conf import settings

PLACES = frozenset({"before_commit", "after_commit", "after_answer", "before_bytes", "after_bytes"})
BLOCKED_S = 60.0
# The loop writes when it turns next: what is said to have left has left only then.
_AFTER_WRITING = {"after_answer", "after_bytes"}
_WRITTEN_S = 0.02


@dataclass(frozen=True, slots=True)
class Failpoint:
    """Where the process ends. `identity` None is any station."""

    place: str
    action: str
    deed: str
    identity: str | None = None


def parse(text: str) -> Failpoint | None:
    """The fail-point a text names; None for an empty one. Raises ValueError naming what is wrong."""
    if not text:
        return None
    place, action, deed, *identity = text.split(":", 3)
    if place not in PLACES or deed not in _DEEDS:
        raise ValueError(f"CPMS_FAILPOINT: {text!r} is not place:action:deed[:identity]")
    return Failpoint(place, action, deed, identity[0] if identity else None)


def reached(place: str, action: str, identity: str) -> None:
    """Called by the gateway where it passes a place; does nothing unless a test armed exactly this one."""
    if _armed is None or (place, action) != (_armed.place, _armed.action):
        return
    if _armed.identity not in (None, identity):
        return
    if place in _AFTER_WRITING:
        asyncio.get_running_loop().call_later(_WRITTEN_S, _DEEDS[_armed.deed])
    else:
        _DEEDS[_armed.deed]()


def _kill() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _block() -> None:
    time.sleep(BLOCKED_S)


_DEEDS = {"kill": _kill, "block": _block}
_armed = parse(getattr(settings, "FAILPOINT", ""))
