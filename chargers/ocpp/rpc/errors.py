"""CALLERROR codes: one meaning, spelled as each version spells it.

Callers choose an `ErrorKind`; the spelling comes from the version of the connection
(OCPP 1.6J §4.2.3 table 7, OCPP 2.0.1 Part 4 §4.3 table 10).
"""

from __future__ import annotations

from enum import Enum
from typing import Any, Final

import orjson

from chargers.ocpp.rpc.frames import MAX_DESCRIPTION, Payload
from chargers.ocpp.rpc.versions import Version

MAX_CODE: Final = 50
MAX_DETAILS_BYTES: Final = 4096
NO_CODE: Final = "ErrorWithoutCode"
"""Our own word for a CALLERROR that names none: an error all the same."""


class ErrorKind(Enum):
    """What is wrong, without a version's spelling."""

    FORMAT = "format"
    """The payload does not have the structure of the action."""
    INCOMPLETE = "incomplete"
    """Elements of the frame are missing."""
    OCCURRENCE = "occurrence"
    """A field is missing, or there are too few or too many of it."""
    PROPERTY = "property"
    """A field has a value outside its range."""
    TYPE = "type"
    """A field has a value of the wrong data type or length."""
    UNREADABLE = "unreadable"
    """The frame is no RPC message at all."""
    MESSAGE_TYPE = "message_type"
    """The number in front of the frame means nothing in this version."""
    NOT_IMPLEMENTED = "not_implemented"
    """The action is not known."""
    NOT_SUPPORTED = "not_supported"
    """The action is known, but not from this side or not here."""
    SECURITY = "security"
    """The message is not allowed now, e.g. before the boot was accepted (OCPP 2.0.1 B02.FR.09)."""
    INTERNAL = "internal"
    """The receiver failed."""
    GENERIC = "generic"
    """Anything else."""


# kind: (1.6, 2.x). 1.6 has no word for the two last ones before GENERIC and never answers them.
_CODES: dict[ErrorKind, tuple[str, str]] = {
    ErrorKind.FORMAT: ("FormationViolation", "FormatViolation"),
    ErrorKind.INCOMPLETE: ("ProtocolError", "FormatViolation"),
    ErrorKind.OCCURRENCE: ("OccurenceConstraintViolation", "OccurrenceConstraintViolation"),
    ErrorKind.PROPERTY: ("PropertyConstraintViolation", "PropertyConstraintViolation"),
    ErrorKind.TYPE: ("TypeConstraintViolation", "TypeConstraintViolation"),
    ErrorKind.NOT_IMPLEMENTED: ("NotImplemented", "NotImplemented"),
    ErrorKind.NOT_SUPPORTED: ("NotSupported", "NotSupported"),
    ErrorKind.SECURITY: ("SecurityError", "SecurityError"),
    ErrorKind.INTERNAL: ("InternalError", "InternalError"),
    ErrorKind.UNREADABLE: ("GenericError", "RpcFrameworkError"),
    ErrorKind.MESSAGE_TYPE: ("GenericError", "MessageTypeNotSupported"),
    ErrorKind.GENERIC: ("GenericError", "GenericError"),
}

_KINDS: dict[str, ErrorKind] = {code: kind for kind, codes in _CODES.items() for code in codes}
# The spellings that several kinds share, and the standard's name nobody of us sends.
_KINDS |= {
    "FormatViolation": ErrorKind.FORMAT,
    "GenericError": ErrorKind.GENERIC,
    "ProtocolError": ErrorKind.INCOMPLETE,
}


def error_code(version: Version, kind: ErrorKind) -> str:
    """The CALLERROR code of `kind` in the spelling of `version`."""
    return _CODES[kind][version is not Version.V16]


def is_error_frame(version: Version, frame: list[Any]) -> bool:
    """Whether a CALLERROR has its five elements and a code of this version."""
    if len(frame) != 5 or type(frame[3]) is not str or type(frame[4]) is not dict:
        return False
    return any(codes[version is not Version.V16] == frame[2] for codes in _CODES.values())


def error_kind(code: str) -> ErrorKind | None:
    """The meaning of a code a peer sent, in whichever version's spelling; None for its own inventions."""
    return _KINDS.get(code)


def error_fields(frame: list[Any]) -> tuple[str, str, Payload]:
    """Code, description and details of a CALLERROR of any length and any types, cut to bounded sizes."""
    code, description, details = (*frame[2:5], None, None, None)[:3]
    description = description[:MAX_DESCRIPTION] if type(description) is str else ""
    fits = type(details) is dict and len(orjson.dumps(details)) <= MAX_DETAILS_BYTES
    return _code(code), description, details if fits else {}


def _code(received: object) -> str:
    """What stands where the code belongs, as text; never empty."""
    if received is None:
        return NO_CODE
    text = received if type(received) is str else orjson.dumps(received).decode()
    return text.strip()[:MAX_CODE] or NO_CODE
