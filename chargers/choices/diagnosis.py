"""How well one part of a station's connection is."""

from .tones import AVAILABLE, FAULT, OFFLINE, WAITING, ToneChoices


class Health(ToneChoices):
    """The verdict of one check of the connection doctor."""

    OK = "ok", AVAILABLE, "Fine"
    WARN = "warn", WAITING, "Look at it"
    BAD = "bad", FAULT, "Wrong"
    UNKNOWN = "unknown", OFFLINE, "Not known yet"
