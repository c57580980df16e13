"""What is learned about a station from how it behaves, and the sentences that say it."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from django.db import models


class FactKind(models.TextChoices):
    """What a learned fact is about."""

    CLOCK = "clock", "Clock"
    PINGS = "pings", "WebSocket pings"
    PHASES = "phases", "Phases"
    REGISTER = "register", "Meter register"
    METER_UNIT = "meter_unit", "Unit of the meter"
    BOOT_TRIGGER = "boot_trigger", "Request to boot again"
    TRIGGER_PLACE = "trigger_place", "Request for a message"
    SETTINGS_KEYS = "settings_keys", "Settings in one request"
    SETTINGS_ALL = "settings_all", "Reading all settings"
    PROFILES = "profiles", "Charging profiles"


CLOCK_WARN_S: Final = 60
CLOCK_WRONG_S: Final = 600
"""From here on a station's clock is a fault: its times do not fit those of anybody else."""

_SENTENCES: Final[Mapping[tuple[str, str], str]] = MappingProxyType(
    {
        (FactKind.PINGS, "answered"): "Answers pings.",
        (FactKind.PINGS, "ignored"): "Does not answer pings; its messages are the only sign of life.",
        (FactKind.REGISTER, "counts_on"): "Counts on from session to session.",
        (FactKind.REGISTER, "resets"): "Starts at zero with each session.",
        (FactKind.REGISTER, "mixed"): "Runs backwards within a session: start and samples are two registers.",
        (FactKind.METER_UNIT, "kwh_as_wh"): "Labelled Wh, but fits the measured power only as kWh.",
        (FactKind.METER_UNIT, "wh_as_kwh"): "Labelled kWh, but fits the measured power only as Wh.",
        (FactKind.PROFILES, "obeys"): "Keeps to charging profiles.",
        (FactKind.PROFILES, "refused"): "Refuses charging profiles.",
        (FactKind.PROFILES, "disobeyed"): "Accepts charging profiles and draws more than they allow.",
        (FactKind.PROFILES, "unsupported"): "Has no charging profiles.",
        (FactKind.PROFILES, "unlimited_resume"): "Forgets its limit when it goes on after a pause.",
        (FactKind.BOOT_TRIGGER, "answered"): "Sends its BootNotification when asked.",
        (FactKind.BOOT_TRIGGER, "asked"): "Was asked once for its BootNotification.",
        (FactKind.BOOT_TRIGGER, "refused"): "Refuses to send its BootNotification; it is not asked again.",
        (FactKind.BOOT_TRIGGER, "unanswered"): "Does not answer when asked to boot; it is not asked again.",
        (FactKind.BOOT_TRIGGER, "reboots"): "Really restarts when asked for its BootNotification.",
        (FactKind.TRIGGER_PLACE, "needed"): "Answers requests for a message only with a connector number.",
        (
            FactKind.SETTINGS_ALL,
            "unanswered",
        ): "Does not answer a request for all settings; ask for them by name.",
    }
)


def fact_sentence(kind: str, value: str) -> str:
    """What a fact says, for people."""
    if kind == FactKind.CLOCK:
        return _clock(value)
    if kind == FactKind.SETTINGS_KEYS:
        return f"Answers at most {value} settings in one request."
    return _SENTENCES.get((kind, value), value)


def _clock(value: str) -> str:
    offset_s = int(value)
    if abs(offset_s) <= CLOCK_WARN_S:
        return f"Right within a minute ({offset_s:+d} s)."
    hours, minutes = divmod(round(abs(offset_s) / 60), 60)
    way = "ahead" if offset_s > 0 else "behind"
    return f"{hours} h {minutes} min {way}." if hours else f"{minutes} min {way}."


def fact_is_alarming(kind: str, value: str) -> bool:
    """Whether somebody should do something about it."""
    if kind == FactKind.CLOCK:
        return abs(int(value)) > CLOCK_WARN_S
    return kind == FactKind.METER_UNIT
