"""Our CALLs to one station: claimed from the database, one in flight, timed, settled in the order of arrival."""

import asyncio
import logging
from datetime import datetime
from typing import TYPE_CHECKING, Any

from chargers.choices import CommandState
from chargers.models import Command
from chargers.models.command import INVALID_ANSWER
from chargers.ocpp.normalise import accept
from chargers.ocpp.ordering import ordered
from chargers.ocpp.rpc import AnswerRefused, ErrorReceived, LateAnswer, ResultReceived
from chargers.ocpp.rpc.frames import Call, CallResult
from chargers.ocpp.schemas import SchemaViolation
from chargers.services.commands.end import Reply
from chargers.services.commands.life import (
    command_answered,
    command_answered_late,
    command_claim,
    command_sent,
)
from chargers.services.source import Fenced
from cpms.core import clock

from .. import failpoints
from ..closing import CloseReason
from ..storing.unit import DatabaseAway

if TYPE_CHECKING:
    from .session import Session

logger = logging.getLogger(__name__)
# After so many unanswered CALLs in a row the socket is half dead: closing it makes the station come back.
MAX_SILENCE = 3


class Calls:
    """The outgoing side of one session."""

    def __init__(self, session: "Session") -> None:
        self.session = session
        self._wanted = session.station.has_commands
        self._pump: asyncio.Task[None] | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._command: Command | None = None
        self._sent: dict[str, Command] = {}
        self._unanswered = 0

    def wake(self) -> None:
        """A command may be waiting; looks for it unless that is being done."""
        self._wanted = True
        session = self.session
        if session.closed or not session.may_be_asked(asyncio.get_running_loop().time()):
            return
        if self._pump is None or self._pump.done():
            self._pump = asyncio.get_running_loop().create_task(self._run())

    def resume(self) -> None:
        """The station may be asked from now on: what came too early is looked for now, the sweep sees the rest."""
        if self._wanted:
            self.wake()

    async def _run(self) -> None:
        while self._wanted and self._command is None and not self.session.closed:
            self._wanted = False
            try:
                await self._send_next()
            except Fenced:
                await self.session.close(CloseReason.REPLACED)
            except DatabaseAway:
                logger.warning("commands wait: database away")

    async def _send_next(self) -> None:
        session = self.session
        run, source = session.runtime.threads.run, session.source(clock.now())
        command = await run(command_claim, source, session.runtime.instance, session.adapter)
        if command is None:
            return
        self._command = command
        payload = ordered(session.adapter.version, command.action, command.payload)
        text = session.endpoint.call(command.action, payload, command.message_id)
        if not await self._is_noted(command):
            return
        self._sent[command.message_id] = command
        self._timer = asyncio.get_running_loop().call_later(command.timeout_s, self._timed_out)
        failpoints.reached("before_bytes", command.action, session.station.identity)
        await session.send(text)
        failpoints.reached("after_bytes", command.action, session.station.identity)

    async def _is_noted(self, command: Command) -> bool:
        """Note that it leaves now; if that cannot be noted, it stays and is taken up again."""
        noted = False
        try:
            noted = await self.session.runtime.threads.run(command_sent, command, self.session.epoch)
        finally:
            if not noted:
                self.session.endpoint.give_up()
                self._command = None
        return noted

    def answered(self) -> None:
        """The call in flight has its answer: stop the clock now, store the answer in its turn."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._unanswered = 0

    def _timed_out(self) -> None:
        self._timer = None
        self._unanswered += 1
        self.session.endpoint.give_up()
        command, self._command = self._command, None
        if command is not None:
            asyncio.get_running_loop().create_task(self._give_up(command))

    async def _give_up(self, command: Command) -> None:
        text = f"no answer within {command.timeout_s} s"
        reply = Reply(CommandState.TIMED_OUT, error_description=text, request=self._request(command))
        try:
            await self._finish(command, reply)
        except DatabaseAway:
            logger.warning("a time-out is left to the sweep: database away")
        if self._unanswered >= MAX_SILENCE:
            await self.session.close(CloseReason.GONE_SILENT)
        self.wake()

    async def settle(self, event: object, text: str, at: datetime) -> None:
        """Store what the station answered to a CALL of ours."""
        if isinstance(event, LateAnswer):
            await self._settle_late(event, text, at)
            return
        assert isinstance(event, ResultReceived | ErrorReceived | AnswerRefused)
        command = self._sent.pop(str(event.call.message_id), None)
        self._command = None
        if command is not None:
            await self._finish(command, self._reply(event, command, text))
        self.wake()

    async def _settle_late(self, event: LateAnswer, text: str, at: datetime) -> None:
        command = self._sent.pop(str(event.answer.call.message_id), None)
        if command is not None:
            reply = self._reply(event.answer, command, text)
            await self.session.runtime.threads.run(
                command_answered_late, self.session.source(at), command, reply
            )

    async def _finish(self, command: Command, reply: Reply) -> None:
        session = self.session
        run, source = session.runtime.threads.run, session.source(clock.now())
        settled = await run(command_answered, source, command, reply, session.adapter)
        if settled is not None and settled.effect == "pending":
            session.station.awaited.add(settled.expectation["kind"])

    def _request(self, command: Command) -> str:
        adapter = self.session.adapter
        payload = adapter.redact(command.action, ordered(adapter.version, command.action, command.payload))
        return Call(command.message_id, command.action, payload).encode()

    def _reply(
        self, event: ResultReceived | ErrorReceived | AnswerRefused, command: Command, text: str
    ) -> Reply:
        request = self._request(command)
        if isinstance(event, ErrorReceived):
            return Reply(
                CommandState.CALLERROR, error_code=event.code, error_description=event.description,
                error_details=event.details, request=request, reply=text,
            )  # fmt: skip
        if isinstance(event, AnswerRefused):
            return Reply(CommandState.CALLERROR, error_code=INVALID_ANSWER, error_description=event.reason,
                         request=request)  # fmt: skip
        return self._result(event, command, request)

    def _result(self, event: ResultReceived, command: Command, request: str) -> Reply:
        adapter = self.session.adapter
        reply = CallResult(event.call.message_id, adapter.redact(command.action, event.payload)).encode()
        try:
            payload, _ = accept(adapter.version, command.action, event.payload, direction="response")
        except SchemaViolation as violation:
            return Reply(
                CommandState.CALLERROR, result=event.payload, error_code=INVALID_ANSWER,
                error_description=str(violation), request=request, reply=reply,
            )  # fmt: skip
        outcome = adapter.outcome(command.action, _spoken(event.payload) | payload)
        state = CommandState.ACCEPTED if outcome.accepted else CommandState.REJECTED
        return Reply(
            state, outcome=outcome, result=event.payload, error_description="" if outcome.accepted else outcome.status,
            request=request, reply=reply,
        )  # fmt: skip

    def end(self) -> None:
        """The socket is gone; sent commands without an answer are settled by the sweep."""
        if self._timer is not None:
            self._timer.cancel()
        if self._pump is not None:
            self._pump.cancel()


def _spoken(answered: dict[str, Any]) -> dict[str, Any]:
    """A status says no also in an answer that has none in its version."""
    return {"status": answered["status"]} if answered.get("status") is not None else {}
