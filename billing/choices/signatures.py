"""What became of signed meter values: of one record, and of all that a session has."""

from django.db import models

from chargers.choices import AVAILABLE, FAULT, OFFLINE, WAITING, ToneChoices


class RecordState(ToneChoices):
    """Whether one record was signed by a meter that somebody vouches for."""

    VALID = "valid", AVAILABLE, "Signature valid"
    INVALID = "invalid", FAULT, "Signature not valid"
    NO_KEY = "no_key", WAITING, "No confirmed key"
    NO_FORMAT = "no_format", OFFLINE, "Format not checked"


class ProofState(ToneChoices):
    """What the signed values of a session prove together, the worst first."""

    INVALID = "invalid", FAULT, "Signature not valid"
    CONTRADICTORY = "contradictory", FAULT, "Signed, but contradictory"
    NO_KEY = "no_key", WAITING, "No confirmed key"
    NO_FORMAT = "no_format", OFFLINE, "Format not checked"
    INCOMPLETE = "incomplete", WAITING, "Begin or end not signed"
    PROVEN = "proven", AVAILABLE, "Begin and end signed"
    NONE = "none", OFFLINE, "No signed values"


class KeySource(models.TextChoices):
    """Where the public key of a meter is from."""

    LABEL = "label", "Label of the meter"
    REGISTRY = "registry", "Register of the manufacturer or authority"
    STATION = "station", "Offered by the station"
    HAND = "hand", "Other, entered by hand"
