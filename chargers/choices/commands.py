"""The life of a command."""

from .tones import AVAILABLE, CHARGING, FAULT, OFFLINE, WAITING, ToneChoices


class CommandState(ToneChoices):
    """The life of a command. From `timed_out` on nobody will repeat it by himself."""

    QUEUED = "queued", WAITING, "Queued"
    CLAIMED = "claimed", WAITING, "Claimed"
    SENT = "sent", WAITING, "Sent"
    ACCEPTED = "accepted", AVAILABLE, "Accepted"
    REJECTED = "rejected", FAULT, "Rejected"
    CALLERROR = "callerror", FAULT, "Error answer"
    TIMED_OUT = "timed_out", FAULT, "No answer"
    UNKNOWN = "unknown", FAULT, "Unknown"
    EXPIRED = "expired", OFFLINE, "Expired unsent"
    CANCELLED = "cancelled", OFFLINE, "Cancelled"


OPEN_COMMANDS = (CommandState.QUEUED, CommandState.CLAIMED, CommandState.SENT)


class CommandEffect(ToneChoices):
    """Whether what the command asked for was then really seen. Accepted is not done."""

    NONE = "none", OFFLINE, "Nothing to see"
    PENDING = "pending", WAITING, "Waiting to see it"
    SEEN = "seen", AVAILABLE, "Seen"
    NOT_SEEN = "not_seen", FAULT, "Accepted, but not seen"


class Direction(ToneChoices):
    """Who asked: the station (in) or we (out)."""

    IN = "in", CHARGING, "From station"
    OUT = "out", WAITING, "To station"
