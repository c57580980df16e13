"""The lives of commands that go to many stations, or go later."""

from .tones import AVAILABLE, CHARGING, FAULT, OFFLINE, WAITING, ToneChoices


class BulkState(ToneChoices):
    """Whether a bulk command still has stations to go to; what they answered is told by their commands."""

    RUNNING = "running", CHARGING, "Running"
    DONE = "done", AVAILABLE, "All sent"
    CANCELLED = "cancelled", OFFLINE, "Stopped"


class BulkItemState(ToneChoices):
    """Where one station of a bulk command is."""

    WAITING = "waiting", WAITING, "In line"
    SENT = "sent", CHARGING, "Command made"
    SKIPPED = "skipped", OFFLINE, "Left out"
    CANCELLED = "cancelled", OFFLINE, "Stopped before"


class ScheduleState(ToneChoices):
    """The life of a command that waits for its moment."""

    WAITING = "waiting", WAITING, "Waiting"
    SENT = "sent", AVAILABLE, "Handed over"
    CANCELLED = "cancelled", OFFLINE, "Cancelled"
    GIVEN_UP = "given_up", FAULT, "Given up"
