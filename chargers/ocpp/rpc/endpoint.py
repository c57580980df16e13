"""One OCPP-J connection as a state machine: text and time in, events and text out."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from dataclasses import replace
from typing import Any, Final

from chargers.ocpp.rpc import frames
from chargers.ocpp.rpc.actions import Role, calls, sends
from chargers.ocpp.rpc.errors import ErrorKind, error_code, error_fields, error_kind, is_error_frame
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
from chargers.ocpp.rpc.exchanges import LocalProtocolError, OurCalls, TheirCalls
from chargers.ocpp.rpc.frames import Call, CallError, CallResult, CallResultError, MessageId, Payload, Send
from chargers.ocpp.rpc.gate import GateError, Refusal, is_message_id, parse
from chargers.ocpp.rpc.rereading import reread
from chargers.ocpp.rpc.versions import Version

MAX_UNREADABLE: Final = 10
UNREADABLE_WINDOW_SECONDS: Final = 60.0
MAX_UNSOLICITED: Final = 20


class Endpoint:
    """One side of one connection.

    `receive` turns a message into an event. `call`, `send`, `result` and `error` give the text to put on the
    wire; they raise LocalProtocolError instead of breaking the protocol. Nothing here waits or looks at a
    clock: who gives a call up after a timeout says so with `give_up`.
    """

    __slots__ = (
        "_accepted",
        "_accepted_sends",
        "_ours",
        "_theirs",
        "_unreadable",
        "_unsolicited",
        "role",
        "version",
    )

    def __init__(self, version: Version, role: Role = Role.CSMS) -> None:
        self.version = Version(version)
        self.role = role
        self._accepted = calls(self.version, role.peer)
        self._accepted_sends = sends(self.version, role.peer)
        self._ours = OurCalls()
        self._theirs = TheirCalls()
        self._unreadable: list[float] = []
        self._unsolicited = 0

    @property
    def in_flight(self) -> Call | None:
        """Our call that waits for its answer."""
        return self._ours.in_flight

    @property
    def unanswered(self) -> int:
        """How many calls of the peer wait for our answer."""
        return self._theirs.waiting

    def call(self, action: str, payload: Payload, message_id: MessageId) -> str:
        """Start a call. Raises CallInFlightError while the one before is unanswered."""
        if action not in calls(self.version, self.role):
            raise LocalProtocolError(f"{self.role.value} may not call {action} on {self.version}")
        call = Call(message_id, action, payload)
        text = call.encode()
        self._ours.start(call)
        return text

    def send(self, action: str, payload: Payload, message_id: MessageId) -> str:
        """A message without an answer (OCPP 2.1 only)."""
        if action not in sends(self.version, self.role):
            raise LocalProtocolError(f"{self.role.value} may not send {action} on {self.version}")
        return Send(message_id, action, payload).encode()

    def give_up(self) -> Call | None:
        """Stop waiting for the answer to our call; if it still comes, it comes as LateAnswer."""
        return self._ours.give_up()

    def result(self, message_id: MessageId, payload: Payload) -> str:
        """Answer a received call. Raises LocalProtocolError if it has its answer already."""
        text = CallResult(message_id, payload).encode()
        self._theirs.settle(message_id)
        return text

    def error(self, message_id: MessageId, kind: ErrorKind, description: str = "") -> str:
        """Refuse a received call. Raises LocalProtocolError if it has its answer already."""
        text = self._error(message_id, kind, description)
        self._theirs.settle(message_id)
        return text

    def answered(self, message_id: MessageId) -> None:
        """Note that a received call has its answer, encoded elsewhere. Raises LocalProtocolError if it had one."""
        self._theirs.settle(message_id)

    def refuse_result(self, message_id: MessageId, kind: ErrorKind, description: str = "") -> str | None:
        """What to send about a result that is not valid: a CALLRESULTERROR on OCPP 2.1, nothing before it."""
        if not self.version.has_send:
            return None
        return CallResultError(message_id, error_code(self.version, kind), description).encode()

    def _error(self, message_id: MessageId, kind: ErrorKind, description: str) -> str:
        return CallError(message_id, error_code(self.version, kind), description).encode()

    def receive(self, message: str | bytes, now: float, forgiven: AbstractSet[str] = frozenset()) -> Event:
        """Read one message that arrived at `now` (seconds of any monotonic clock). Never raises.

        CALLs of the `forgiven` actions are read once more, leniently, when the gate refuses them.
        """
        try:
            frame = parse(message)
        except GateError as refused:
            return self._on_reread(message, refused, forgiven) or self._on_refused(refused, now)
        message_type = frame[0] if frame else None
        if message_type == frames.CALL and type(message_type) is int:
            return self._on_call(frame, now)
        return self._on_other(message_type, frame, now)

    def _on_reread(
        self, message: str | bytes, refused: GateError, forgiven: AbstractSet[str]
    ) -> CallReceived | None:
        read = reread(message, refused) if refused.action in forgiven & self._accepted else None
        if read is None:
            return None
        _, message_id, action, payload = read.frame
        return CallReceived(message_id, action, payload, self._theirs.add(message_id), read.forgiven)

    def _on_call(self, frame: list[Any], now: float) -> Event:
        if len(frame) != 4 or not is_message_id(frame[1]):
            return self._on_misshapen_call(frame, now)
        _, message_id, action, payload = frame
        if type(action) is not str:
            return self._refuse_call(message_id, None, ErrorKind.FORMAT, "action is not a string")
        if action not in self._accepted:
            return self._on_foreign_action(message_id, action)
        if type(payload) is not dict:
            return self._refuse_call(message_id, action, ErrorKind.TYPE, "payload is not an object")
        return CallReceived(message_id, action, payload, self._theirs.add(message_id))

    def _on_misshapen_call(self, frame: list[Any], now: float) -> Violation:
        message_id = frame[1] if len(frame) > 1 and is_message_id(frame[1]) else None
        action = self._known(frame[2]) if len(frame) > 2 else None
        is_short = len(frame) < 4
        kind = ErrorKind.INCOMPLETE if is_short else ErrorKind.FORMAT
        is_numbered = is_short or message_id is not None
        reason = "a CALL has four elements" if is_numbered else "message id is not usable"
        return self._refuse_frame(message_id, kind, reason, now, action)

    def _known(self, action: object) -> str | None:
        return action if type(action) is str and action in self._accepted else None

    def _on_foreign_action(self, message_id: MessageId, action: str) -> Violation:
        if action in calls(self.version, self.role) or action in self._accepted_sends:
            reason = "action is not for this side to call"
            return self._refuse_call(message_id, action, ErrorKind.NOT_SUPPORTED, reason)
        return self._refuse_call(message_id, None, ErrorKind.NOT_IMPLEMENTED, "action is unknown")

    def _on_other(self, message_type: object, frame: list[Any], now: float) -> Event:
        if type(message_type) is not int:
            return self._unreadable_frame("message type is not an integer", now)
        message_id = frame[1] if len(frame) > 1 and is_message_id(frame[1]) else None
        if not self._knows(message_type):
            return self._unknown_type(message_id, now)
        if message_id is None:
            return self._count(Violation(ErrorKind.FORMAT, "message id is not usable"), now)
        if message_type == frames.CALL_RESULT:
            return self._on_result(message_id, frame)
        if message_type == frames.CALL_ERROR:
            return self._on_error(message_id, frame)
        if message_type == frames.CALL_RESULT_ERROR:
            return self._on_result_error(message_id, frame)
        return self._on_send(message_id, frame, now)

    def _knows(self, message_type: int) -> bool:
        last = frames.SEND if self.version.has_send else frames.CALL_ERROR
        return frames.CALL <= message_type <= last

    def _on_result(self, message_id: MessageId, frame: list[Any]) -> Event:
        call, late = self._claim(message_id)
        if call is None:
            return self._unsolicited_answer(message_id)
        answer: ResultReceived | AnswerRefused
        if len(frame) == 3 and type(frame[2]) is dict:
            answer = ResultReceived(call, frame[2])
        else:
            answer = self._refuse_answer(
                call, frames.CALL_RESULT, "a CALLRESULT has three elements, the last an object"
            )
        return LateAnswer(answer) if late else answer

    def _on_error(self, message_id: MessageId, frame: list[Any]) -> Event:
        call, late = self._claim(message_id)
        if call is None:
            return self._unsolicited_answer(message_id)
        code, description, details = error_fields(frame)
        odd = not is_error_frame(self.version, frame)
        answer = ErrorReceived(call, code, error_kind(code), description, details, odd)
        return LateAnswer(answer) if late else answer

    def _on_result_error(self, message_id: MessageId, frame: list[Any]) -> Event:
        if not self._theirs.is_recent(message_id):
            return self._unsolicited_answer(message_id)
        code, description, details = error_fields(frame)
        return CallResultErrorReceived(message_id, code, error_kind(code), description, details)

    def _on_send(self, message_id: MessageId, frame: list[Any], now: float) -> Event:
        if len(frame) != 4 or type(frame[2]) is not str or type(frame[3]) is not dict:
            return self._count(Violation(ErrorKind.FORMAT, "a SEND has four elements", message_id), now)
        if frame[2] not in self._accepted_sends:
            return Violation(ErrorKind.NOT_IMPLEMENTED, "action cannot be sent", message_id)
        return SendReceived(message_id, frame[2], frame[3])

    def _claim(self, message_id: MessageId) -> tuple[Call | None, bool]:
        call, late = self._ours.claim(message_id)
        if call is not None:
            self._unsolicited = 0
        return call, late

    def _unsolicited_answer(self, message_id: MessageId) -> Unsolicited:
        self._unsolicited += 1
        too_many = self._unsolicited > MAX_UNSOLICITED
        return Unsolicited(message_id, CloseCode.POLICY if too_many else None)

    def _on_refused(self, refused: GateError, now: float) -> Event:
        reason, action = refused.refusal.value, self._known(refused.action)
        if refused.refusal is Refusal.TOO_LARGE:
            return Violation(ErrorKind.FORMAT, reason, close_code=CloseCode.TOO_LARGE)
        if refused.refusal is Refusal.NOT_UTF8:
            return Violation(ErrorKind.UNREADABLE, reason, close_code=CloseCode.INVALID_DATA)
        if refused.head is None:
            return self._unreadable_frame(reason, now, action)
        message_type, message_id = refused.head
        if message_type == frames.CALL:
            return self._refuse_frame(message_id, ErrorKind.FORMAT, reason, now, action)
        if not self._knows(message_type):
            return self._unknown_type(message_id, now)
        return self._on_refused_answer(message_type, message_id, reason, now)

    def _on_refused_answer(self, message_type: int, message_id: MessageId, reason: str, now: float) -> Event:
        call, late = self._claim(message_id) if message_type <= frames.CALL_ERROR else (None, False)
        if call is None:
            return self._count(Violation(ErrorKind.FORMAT, reason, message_id), now)
        answer = self._refuse_answer(call, message_type, reason)
        return LateAnswer(answer) if late else answer

    def _refuse_answer(self, call: Call, message_type: int, reason: str) -> AnswerRefused:
        """Only a CALLRESULT gets a word back: errors about errors would never end."""
        if message_type != frames.CALL_RESULT:
            return AnswerRefused(call, reason)
        return AnswerRefused(call, reason, self.refuse_result(call.message_id, ErrorKind.FORMAT, reason))

    def _refuse_call(
        self, message_id: MessageId, action: str | None, kind: ErrorKind, reason: str
    ) -> Violation:
        return Violation(kind, reason, message_id, action, self._error(message_id, kind, reason))

    def _refuse_frame(
        self,
        message_id: MessageId | None,
        kind: ErrorKind,
        reason: str,
        now: float,
        action: str | None = None,
    ) -> Violation:
        answer_id = frames.UNREADABLE_ID if message_id is None else message_id
        answer = self._error(answer_id, kind, reason)
        return self._count(Violation(kind, reason, message_id, action, answer), now)

    def _unreadable_frame(self, reason: str, now: float, action: str | None = None) -> Violation:
        if self.version.answers_unreadable:
            return self._refuse_frame(None, ErrorKind.UNREADABLE, reason, now, action)
        return self._count(Violation(ErrorKind.UNREADABLE, reason, action=action), now)

    def _unknown_type(self, message_id: MessageId | None, now: float) -> Violation:
        reason = "message type is unknown"
        if self.version.answers_unreadable:
            return self._refuse_frame(message_id, ErrorKind.MESSAGE_TYPE, reason, now)
        return self._count(Violation(ErrorKind.MESSAGE_TYPE, reason, message_id), now)

    def _count(self, violation: Violation, now: float) -> Violation:
        """Note one more message that is no proper frame; with too many in a minute the connection ends."""
        recent = [at for at in self._unreadable if now - at < UNREADABLE_WINDOW_SECONDS]
        self._unreadable = [*recent, now]
        if len(self._unreadable) <= MAX_UNREADABLE:
            return violation
        return replace(violation, close_code=CloseCode.POLICY)
