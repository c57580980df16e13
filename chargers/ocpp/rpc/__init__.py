"""The OCPP-J wire core: input in, result out, time is an argument.

endpoint = Endpoint(Version.V16)
event = endpoint.receive(text, now)
if isinstance(event, CallReceived):
    reply = endpoint.result(event.message_id, {"currentTime": "2026-01-01T00:00:00Z"})
"""

from chargers.ocpp.rpc.actions import Role, calls, sends
from chargers.ocpp.rpc.endpoint import Endpoint
from chargers.ocpp.rpc.errors import ErrorKind, error_code, error_kind
from chargers.ocpp.rpc.events import (
    AnswerRefused,
    CallReceived,
    CallResultErrorReceived,
    CloseCode,
    ErrorReceived,
    Event,
    LateAnswer,
    ResultReceived,
    SendReceived,
    Unsolicited,
    Violation,
)
from chargers.ocpp.rpc.exchanges import CallInFlightError, LocalProtocolError
from chargers.ocpp.rpc.frames import Call, CallError, CallResult, CallResultError, MessageId, Payload, Send
from chargers.ocpp.rpc.gate import Refusal
from chargers.ocpp.rpc.versions import Version

__all__ = [
    "AnswerRefused",
    "Call",
    "CallError",
    "CallInFlightError",
    "CallReceived",
    "CallResult",
    "CallResultError",
    "CallResultErrorReceived",
    "CloseCode",
    "Endpoint",
    "ErrorKind",
    "ErrorReceived",
    "Event",
    "LateAnswer",
    "LocalProtocolError",
    "MessageId",
    "Payload",
    "Refusal",
    "ResultReceived",
    "Role",
    "Send",
    "SendReceived",
    "Unsolicited",
    "Version",
    "Violation",
    "calls",
    "error_code",
    "error_kind",
    "sends",
]
