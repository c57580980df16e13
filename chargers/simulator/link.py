"""One WebSocket connection as the charger sees it: calls out, calls in, nothing decided here."""

import asyncio
import base64
import contextlib
import time
import uuid
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from urllib.parse import quote

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidStatus
from websockets.typing import Subprotocol

from chargers.ocpp.rpc import (
    AnswerRefused,
    CallReceived,
    Endpoint,
    ErrorReceived,
    Event,
    MessageId,
    Payload,
    ResultReceived,
    Role,
    Version,
    Violation,
)

from .options import Options

REMEMBERED_FRAMES = 1000
USER_AGENT = "simulated-charge-point/1"


class HandshakeRefused(ConnectionError):
    """The server answered the WebSocket handshake with `status` instead of opening it."""

    def __init__(self, status: int, body: str) -> None:
        super().__init__(f"handshake refused with {status}")
        self.status = status
        self.body = body


class CallFailed(Exception):
    """The server answered a CALL with a CALLERROR, or with a CALLRESULT that cannot be read."""

    def __init__(self, code: str, description: str = "") -> None:
        super().__init__(f"{code}: {description}")
        self.code = code
        self.description = description


class Disconnected(ConnectionError):
    """The connection ended before the answer came."""


@dataclass(frozen=True, slots=True)
class Received:
    """A CALL of the server."""

    action: str
    payload: Payload
    message_id: MessageId


Handler = Callable[[Received], Awaitable[None]]


class Link:
    """`on_call` is awaited for every CALL of the server, beside the reading."""

    def __init__(self, version: Version, options: Options, on_call: Handler) -> None:
        self.endpoint = Endpoint(version, Role.STATION)
        self.frames: deque[tuple[str, str]] = deque(maxlen=REMEMBERED_FRAMES)
        self.unclaimed: asyncio.Queue[str] = asyncio.Queue()
        self.close_code: int | None = None
        self.closed = asyncio.Event()
        self._options = options
        self._on_call = on_call
        self._lock = asyncio.Lock()
        self._answer: asyncio.Future[Payload] | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    async def open(self, url: str, identity: str, password: str | None) -> None:
        """Connect and start reading. Raises HandshakeRefused, Disconnected, OSError, TimeoutError."""
        try:
            self._socket = await self._connect(url.rstrip("/"), identity, password)
        except InvalidStatus as refused:
            body = (refused.response.body or b"").decode("utf-8", "replace")
            raise HandshakeRefused(refused.response.status_code, body) from None
        except InvalidHandshake:
            raise Disconnected from None
        self._reader = asyncio.create_task(self._read())

    async def call(self, action: str, payload: Payload, message_id: str | None = None) -> Payload:
        """Ask the server; one CALL at a time. Raises CallFailed, TimeoutError, Disconnected."""
        async with self._lock:
            text = self.endpoint.call(action, payload, message_id or str(uuid.uuid4()))
            self._answer = asyncio.get_running_loop().create_future()
            try:
                await self.send_text(text)
                # Not wait_for: before Python 3.12 it loses a cancellation that meets the answer.
                async with asyncio.timeout(self._options.call_timeout_s):
                    return await self._answer
            finally:
                self.endpoint.give_up()
                self._answer.cancel()
                self._answer = None

    async def send_text(self, text: str) -> None:
        """Put any text on the wire. Raises Disconnected."""
        if self.closed.is_set():
            raise Disconnected
        self.frames.append(("out", text))
        try:
            await self._socket.send(text)
        except ConnectionClosed:
            raise Disconnected from None

    async def close(self, code: int = 1000) -> None:
        """Close with a handshake and wait for its end."""
        await self._socket.close(code)
        await self._ended()

    def drop(self) -> None:
        """The cable is cut: no close frame, nothing sent any more."""
        self._socket.transport.abort()

    async def abandon(self) -> None:
        """Drop the connection and wait until its reader is gone."""
        self.drop()
        await self._ended()

    async def _ended(self) -> None:
        with contextlib.suppress(asyncio.CancelledError):
            await self._reader
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _connect(self, url: str, identity: str, password: str | None) -> ClientConnection:
        credentials = base64.b64encode(f"{identity}:{password}".encode()).decode()
        return await connect(
            f"{url}/{quote(identity, safe='')}",
            subprotocols=[Subprotocol(self.endpoint.version.value)],
            additional_headers=None if password is None else {"Authorization": f"Basic {credentials}"},
            user_agent_header=USER_AGENT,
            compression=None,
            proxy=None,
            ping_interval=None,
            open_timeout=self._options.call_timeout_s,
            close_timeout=self._options.close_timeout_s,
        )

    async def _read(self) -> None:
        try:
            async for message in self._socket:
                text = message if isinstance(message, str) else message.decode("utf-8", "replace")
                self.frames.append(("in", text))
                await self._on_event(self.endpoint.receive(text, time.monotonic()), text)
        except (ConnectionClosed, Disconnected):
            pass
        finally:
            self.close_code = self._socket.close_code
            self.closed.set()
            self._settle(Disconnected())

    async def _on_event(self, event: Event, text: str) -> None:
        match event:
            case ResultReceived(payload=payload):
                self._settle(payload)
            case ErrorReceived(code=code, description=description):
                self._settle(CallFailed(code, description))
            case AnswerRefused(reason=reason):
                self._settle(CallFailed("", reason))
            case CallReceived(message_id, action, payload):
                self._spawn(self._on_call(Received(action, payload, message_id)))
            case Violation(answer=str() as answer):
                await self.send_text(answer)
                self.unclaimed.put_nowait(text)
            case _:
                self.unclaimed.put_nowait(text)

    def _settle(self, outcome: Payload | Exception) -> None:
        if self._answer is None or self._answer.done():
            return
        if isinstance(outcome, Exception):
            self._answer.set_exception(outcome)
        else:
            self._answer.set_result(outcome)

    def _spawn(self, work: Awaitable[None]) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
