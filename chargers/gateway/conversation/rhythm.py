"""How often stations are to be heard, and how long their silence is borne."""

import random
from typing import Final

from django.conf import settings

# Heartbeat intervals differ by so much from station to station, so that a whole site does not beat at once.
SPREAD: Final = 0.2
# A station that is to boot again waits up to so much longer than told.
BOOT_SPREAD: Final = 0.5
# Heartbeat intervals of silence after which a socket is taken for dead.
SILENT_HEARTBEATS: Final = 3
MISSED_PONGS: Final = 2


def interval_s(accepted: bool) -> int:
    """The interval for a BootNotification's answer, in seconds; above 0 (OCPP 1.6 §6.6)."""
    low, high = (1 - SPREAD, 1 + SPREAD) if accepted else (1, 1 + BOOT_SPREAD)
    return max(1, round(settings.OCPP["HEARTBEAT_INTERVAL"] * random.uniform(low, high)))  # noqa: S311


def patience_s(answers_pings: bool) -> float:
    """How long a socket may be silent: two pings and a little, or three of the longest heartbeat intervals given."""
    if answers_pings and settings.OCPP["PING_INTERVAL"]:
        return float(MISSED_PONGS * settings.OCPP["PING_INTERVAL"] + settings.OCPP["CLOSE_TIMEOUT"])
    return float(SILENT_HEARTBEATS * settings.OCPP["HEARTBEAT_INTERVAL"] * (1 + SPREAD))
