"""How a station's local authorisation list stands to ours."""

from .tones import AVAILABLE, CHARGING, FAULT, OFFLINE, WAITING, ToneChoices


class ListState(ToneChoices):
    """Where a station is on its way to our list."""

    UNKNOWN = "unknown", OFFLINE, "Not asked yet"
    CURRENT = "current", AVAILABLE, "Up to date"
    BEHIND = "behind", WAITING, "Behind"
    SENDING = "sending", CHARGING, "Being sent"
    DRIFTED = "drifted", FAULT, "Another version there"
    TOO_LONG = "too_long", FAULT, "Too long for the station"
    FAILED = "failed", FAULT, "Failed"
    UNSUPPORTED = "unsupported", OFFLINE, "No list on this station"


class ListAnswer(ToneChoices):
    """A station's answer to a list (OCPP 1.6 §7.40, the words both protocol families share)."""

    ACCEPTED = "Accepted", AVAILABLE, "Accepted"
    FAILED = "Failed", FAULT, "Failed"
    UNSUPPORTED = "NotSupported", OFFLINE, "Not supported"
    MISMATCH = "VersionMismatch", WAITING, "Version mismatch"
