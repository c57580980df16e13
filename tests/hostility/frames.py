"""Rows B1 to B46 and some of the later ones: what each frame of `tests.ocpp.rpc.test_hostile_frames` gets."""

from dataclasses import dataclass
from typing import Any

from tests.gateway.charger import VERSION_16, VERSION_201
from tests.ocpp.rpc.test_hostile_frames import HOSTILE, call

# The word for each fault, in 1.6 and in 2.0.1; None is silence.
FORMAT = ("FormationViolation", "FormatViolation")
INCOMPLETE = ("ProtocolError", "FormatViolation")
TYPE = ("TypeConstraintViolation", "TypeConstraintViolation")
NOT_IMPLEMENTED = ("NotImplemented", "NotImplemented")
NOT_SUPPORTED = ("NotSupported", "NotSupported")
UNREADABLE = (None, "RpcFrameworkError")
MESSAGE_TYPE = (None, "MessageTypeNotSupported")
SILENCE = (None, None)
RESULT = ("", "")
NOBODY = "-1"


@dataclass(frozen=True, slots=True)
class Case:
    """One frame, the code it gets in each version ("" is a CALLRESULT), and the message id of that answer."""

    frame: str
    codes: tuple[str | None, str | None]
    message_id: Any = "id"

    def code(self, version: str) -> str | None:
        """The expected code; None when nothing is answered."""
        return self.codes[[VERSION_16, VERSION_201].index(version)]


_EXPECTED: dict[str, tuple[tuple[str | None, str | None], Any]] = {
    "B1 not json": (UNREADABLE, NOBODY),
    "B2 empty": (UNREADABLE, NOBODY),
    "B3 object": (UNREADABLE, NOBODY),
    "B4 empty array": (UNREADABLE, NOBODY),
    "B5 type only": (INCOMPLETE, NOBODY),
    "B5 no action": (INCOMPLETE, "id"),
    "B5 no payload": (INCOMPLETE, "id"),
    "B6 five elements": (FORMAT, "id"),
    "B7 type 1": (MESSAGE_TYPE, "id"),
    "B7 type 99": (MESSAGE_TYPE, "id"),
    "B7 type -2": (MESSAGE_TYPE, "id"),
    "B8 float type": (UNREADABLE, NOBODY),
    "B8 boolean type": (UNREADABLE, NOBODY),
    "B8 text type": (UNREADABLE, NOBODY),
    "B9 send": (MESSAGE_TYPE, "id"),
    "B10 send with data": (MESSAGE_TYPE, "id"),
    "B11 result error": (MESSAGE_TYPE, "id"),
    "B12 number id": (RESULT, 12),
    "B12 null id": (FORMAT, NOBODY),
    "B12 object id": (FORMAT, NOBODY),
    "B13 empty id": (FORMAT, NOBODY),
    "B14 id of 37": (RESULT, "x" * 37),
    "B14 id of 1,000": (FORMAT, NOBODY),
    "B14 id of 1M": (FORMAT, NOBODY),
    "B15 id with controls": (RESULT, "a\n\u202e\u0007"),
    "B18 list action": (FORMAT, "id"),
    "B18 object action": (FORMAT, "id"),
    "B19 null action": (FORMAT, "id"),
    "B19 number action": (FORMAT, "id"),
    "B19 empty action": (NOT_IMPLEMENTED, "id"),
    "B20 unknown action": (NOT_IMPLEMENTED, "id"),
    "B21 wrong case": (NOT_IMPLEMENTED, "id"),
    "B22 action of the CSMS": (NOT_SUPPORTED, "id"),
    "B24 path": (NOT_IMPLEMENTED, "id"),
    "B24 dunder": (NOT_IMPLEMENTED, "id"),
    "B25 array payload": (TYPE, "id"),
    "B25 null payload": (TYPE, "id"),
    "B25 text payload": (TYPE, "id"),
    "B25 number payload": (TYPE, "id"),
    "B26 duplicate keys": (FORMAT, "id"),
    "B27 deep arrays": (UNREADABLE, NOBODY),
    "B27 deep arrays in a call": (FORMAT, "id"),
    "B28 deep objects": (FORMAT, "id"),
    "B29 long integer": (FORMAT, "id"),
    "B30 300 digits": (FORMAT, "id"),
    "B31 NaN": (FORMAT, "id"),
    "B31 Infinity": (FORMAT, "id"),
    "B31 overflow": (FORMAT, "id"),
    "B36 byte order mark": (RESULT, "id"),
    "B43 unsolicited result": (SILENCE, None),
    "B45 large error": (SILENCE, None),
    "B46 result without object": (SILENCE, None),
    "B46 refused result": (SILENCE, None),
    "B76 100,000 samples": (FORMAT, "id"),
    "B86 NUL": (FORMAT, "id"),
    "B87 half a surrogate pair": (FORMAT, "id"),
    "trailing NUL": (UNREADABLE, NOBODY),
    "four-element error": (SILENCE, None),
    "error with text details": (SILENCE, None),
    "many escapes": (RESULT, "id"),
}
"""Without those that end the socket, and B23, which is another action in each version."""

CASES = {name: Case(str(HOSTILE[name]), *expected) for name, expected in _EXPECTED.items()}
CASES["B23 action of another version"] = Case(call(action='"NotifyReports"'), NOT_IMPLEMENTED)

# What ends the socket, and with which code.
CLOSES = {"B35 not UTF-8": 1007, "B37 over the limit": 1009}
PIECES = ["hello", "NotifyPeriodic", "etc/passwd", "__init__", "1e400", "xxxxxxxxxx"]
OTHER_ACTIONS = {VERSION_16: "TransactionEvent", VERSION_201: "StartTransaction"}
