"""Why we end a socket: the close codes stations and operators see."""

from enum import IntEnum


class CloseReason(IntEnum):
    """Standard codes of RFC 6455 §7.4.1, and private ones from 4000 on."""

    UNSUPPORTED_DATA = 1003
    ABNORMAL = 1006
    """The socket went away without a word."""
    POLICY = 1008
    FAILED = 1011
    RESTART = 1012
    """This process ends; come back."""
    TRY_LATER = 1013
    """The database is away: nothing was acknowledged that is not stored."""
    NO_COMMON_VERSION = 1002
    REPLACED = 4001
    """A newer socket of the same station took over."""
    REVOKED = 4002
    """The station was removed or its credentials changed."""
    GONE_SILENT = 4003
    """It answers neither pings nor calls."""
    RECONNECT = 4004
    """Its credentials change: come back and prove yourself anew."""
