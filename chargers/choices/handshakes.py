"""Why a handshake was refused. The reason is ours alone: outside, all of them look the same."""

from .tones import FAULT, OFFLINE, WAITING, ToneChoices


class RefusalReason(ToneChoices):
    """What kept a station out."""

    NO_PASSWORD = "no_password", FAULT, "No password"
    WRONG_PASSWORD = "wrong_password", FAULT, "Wrong password"
    OLD_PASSWORD = "old_password", FAULT, "Replaced password"
    PADDED_PASSWORD = "padded_password", FAULT, "Password with blanks around it"
    WRONG_USER = "wrong_user", FAULT, "User name is not the identity"
    WRONG_PATH = "wrong_path", FAULT, "Wrong path"
    NO_SUBPROTOCOL = "no_subprotocol", FAULT, "No subprotocol offered"
    NO_COMMON_VERSION = "no_common_version", FAULT, "No version in common"
    HEADERS = "headers", FAULT, "Contradictory headers"
    BROWSER = "browser", OFFLINE, "A browser, not a charger"
    CONTESTED = "contested", WAITING, "Its place was taken"
    THROTTLED = "throttled", WAITING, "Held off after wrong passwords"
    BUSY = "busy", WAITING, "Too many at once"
    PROFILE_TOO_LOW = "profile_too_low", FAULT, "Security profile too low"
    CERTIFICATE = "certificate", FAULT, "Client certificate refused"
    OTHER = "other", FAULT, "Refused"
