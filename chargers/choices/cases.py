"""Cases: what a person has to look at, and what was decided."""

from django.db import models

from .tones import AVAILABLE, FAULT, OFFLINE, WAITING, ToneChoices


class CaseKind(ToneChoices):
    """What is late, double, contradictory or nobody's."""

    ORPHAN_STOP = "orphan_stop", FAULT, "Stop for an unknown transaction"
    OFFLINE_STOP = "offline_stop", FAULT, "Offline session without a match"
    STOP_CONFLICT = "stop_conflict", FAULT, "Second stop with other figures"
    INFERRED_END = "inferred_end", WAITING, "No stop received"
    LATE_STOP = "late_stop", WAITING, "Real stop after a confirmed end"
    METER_ANOMALY = "meter_anomaly", WAITING, "Meter ran backwards or jumped"
    STRAY_READING = "stray_reading", WAITING, "Readings without a transaction"
    CLOCK = "clock", WAITING, "Times that cannot be true"
    OFFLINE_START = "offline_start", WAITING, "Late report with a refused card"
    QUARANTINED = "quarantined", FAULT, "Message that could not be read fully"
    DRIVER_REPORT = "driver_report", FAULT, "A driver reports a problem"


class CaseState(ToneChoices):
    """Whether somebody still has to decide. `settled` cases solved themselves by later evidence."""

    OPEN = "open", WAITING, "Open"
    ACCEPTED = "accepted", AVAILABLE, "Fix accepted"
    DISMISSED = "dismissed", OFFLINE, "Dismissed"
    SETTLED = "settled", AVAILABLE, "Settled by itself"


class CaseFix(models.TextChoices):
    """What accepting a case does."""

    ATTACH = "attach", "Attach the stop to the transaction"
    KEEP_FIRST = "keep_first", "Keep the first stop"
    TAKE_LATER = "take_later", "Accept the later stop"
    CONFIRM_END = "confirm_end", "Close with the last reading"
    RESTORE = "restore", "Go back to the confirmed end"
    TAKE_STEPS = "take_steps", "Count the forward steps"
    TAKE_PLAUSIBLE = "take_plausible", "Use the last plausible reading"
    NO_ENERGY = "no_energy", "Count no energy"
    ATTACH_READINGS = "attach_readings", "Attach the readings to the transaction"
    OWN_DURATION = "own_duration", "Use the duration the station counted"
    ASSIGN_TAG = "assign_tag", "Give it to the card"
    HANDLED = "handled", "Mark it as dealt with"
    KEEP = "keep", "Leave it as it stands"
    IGNORE = "ignore", "Ignore it"
