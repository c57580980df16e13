"""What is known of a station's settings, and how far a change of them is."""

from . import tones
from .tones import AVAILABLE, CHARGING, FAULT, OFFLINE, ToneChoices


class SettingState(ToneChoices):
    """Where what we want and what the station reports stand to each other."""

    UNREAD = "unread", OFFLINE, "Not read yet"
    ABSENT = "absent", OFFLINE, "Not on this station"
    REPORTED = "reported", OFFLINE, "As reported"
    AS_WANTED = "as_wanted", AVAILABLE, "As wanted"
    WAITING = "waiting", tones.WAITING, "Being set"
    RESTART = "restart", tones.WAITING, "Needs a restart"
    DRIFTED = "drifted", FAULT, "Differs"


class SettingAnswer(ToneChoices):
    """What became of our last attempt to set a value."""

    NONE = "", OFFLINE, "Not sent"
    WAITING = "waiting", tones.WAITING, "Waiting for the station"
    SENT = "sent", tones.WAITING, "Sent"
    ACCEPTED = "accepted", AVAILABLE, "Accepted"
    RESTART = "restart", tones.WAITING, "Accepted, needs a restart"
    REFUSED = "refused", FAULT, "Refused"
    FAILED = "failed", FAULT, "No usable answer"


OPEN_ANSWERS = (SettingAnswer.WAITING, SettingAnswer.SENT)


class PlannedChange(ToneChoices):
    """What a push would do to one setting of one station."""

    CHANGE = "change", CHARGING, "Will change"
    SAME = "same", AVAILABLE, "Already so"
    UNREAD = "unread", tones.WAITING, "Not read yet, will be set"
    READ_ONLY = "read_only", FAULT, "Read-only, left alone"
    ABSENT = "absent", FAULT, "Not on this station, left alone"
    OPTIONAL = "optional", OFFLINE, "Not on this station, optional"
    OVERRULED = "overruled", OFFLINE, "A template of higher priority decides"


class PushState(ToneChoices):
    """How far a push is, at one station or as a whole."""

    WAITING = "waiting", tones.WAITING, "Waiting for the station"
    RUNNING = "running", CHARGING, "Being set"
    DONE = "done", AVAILABLE, "Done"
    NOTHING = "nothing", OFFLINE, "Nothing to change"
    RESTART = "restart", tones.WAITING, "Done, needs a restart"
    FAILED = "failed", FAULT, "Not everything was set"
