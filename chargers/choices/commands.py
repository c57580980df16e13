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


class StartMissed(ToneChoices):
    """Why a remote start that was accepted led to no charging; the label says what to do."""

    CARD_REFUSED = "card_refused", FAULT, "Accept the card under ID tags, or start with another one."
    GIVEN_UP = "given_up", FAULT, "Nothing was charged. Plug the car in and start again."
    NO_CAR = "no_car", FAULT, "Nothing was charged. Plug the car in and start again."
    NOT_BEGUN = "not_begun", FAULT, "Unplug the car, plug it in again, and start again."
    FINISHING = "finishing", FAULT, "Unplug the car, plug it in again, and start again."
    BUSY = "busy", FAULT, "Wait until that session has ended, or choose another connector."
    SHUT = "shut", FAULT, "Choose another connector, or bring this one back into service."
    TAKEN = "taken", FAULT, "Look at that session before you start another one."
    OFFLINE = "offline", FAULT, "It may have started all the same: it tells so when it connects again."
    UNEXPLAINED = "unexplained", FAULT, "The messages of the station tell more."


class Direction(ToneChoices):
    """Who asked: the station (in) or we (out)."""

    IN = "in", CHARGING, "From station"
    OUT = "out", WAITING, "To station"
