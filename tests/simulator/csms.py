"""A CSMS of a few lines for the simulator's own tests: answers by a table, remembers everything, shares no code."""

import asyncio
import itertools
import json
from collections.abc import Callable
from types import TracebackType
from typing import Any, Self

from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.exceptions import ConnectionClosed

NOW = "2026-01-01T00:00:00Z"
BOOTED = {"status": "Accepted", "currentTime": NOW, "interval": 300}


class Csms:
    """`answers[action]` is a payload, a function of the request payload, "silence" or "hang up"."""

    def __init__(self) -> None:
        numbers = itertools.count(1001)
        self.calls: list[tuple[str, dict[str, Any], str]] = []
        self.replies: list[list[Any]] = []
        self.sockets: list[ServerConnection] = []
        self.refuse_with: int | None = None
        self.answers: dict[str, Any] = {
            "BootNotification": BOOTED,
            "Authorize": {"idTagInfo": {"status": "Accepted"}, "idTokenInfo": {"status": "Accepted"}},
            "StartTransaction": lambda _: {
                "transactionId": next(numbers),
                "idTagInfo": {"status": "Accepted"},
            },
            "Heartbeat": {"currentTime": NOW},
        }
        self._server: Server | None = None
        self._numbers = itertools.count(1)
        self._news = asyncio.Event()

    async def __aenter__(self) -> Self:
        self._server = await serve(
            self._serve,
            "127.0.0.1",
            0,
            subprotocols=["ocpp1.6", "ocpp2.0.1"],  # type: ignore[list-item]
            process_request=self._process,
        )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._server is not None
        self._server.close()
        await self._server.wait_closed()

    @property
    def url(self) -> str:
        assert self._server is not None
        return f"ws://127.0.0.1:{next(iter(self._server.sockets)).getsockname()[1]}/ocpp"

    def payloads(self, action: str) -> list[dict[str, Any]]:
        """What stations sent with this action, in order."""
        return [payload for name, payload, _ in self.calls if name == action]

    def message_ids(self, action: str) -> list[str]:
        return [message_id for name, _, message_id in self.calls if name == action]

    async def ask(self, action: str, payload: dict[str, Any]) -> list[Any]:
        """Send a CALL on the newest socket; the raw answer."""
        message_id = f"csms-{next(self._numbers)}"
        await self.sockets[-1].send(json.dumps([2, message_id, action, payload]))
        async with asyncio.timeout(5):
            while True:
                for reply in self.replies:
                    if reply[1] == message_id:
                        return reply
                await self._next_frame()

    async def heard(self, action: str, count: int = 1) -> dict[str, Any]:
        """Wait until an action came `count` times; the last payload."""
        async with asyncio.timeout(5):
            while len(self.payloads(action)) < count:
                await self._next_frame()
        return self.payloads(action)[count - 1]

    async def _next_frame(self) -> None:
        self._news.clear()
        await self._news.wait()

    def _process(self, connection: ServerConnection, request: Any) -> Any:
        if self.refuse_with is None:
            return None
        return connection.respond(self.refuse_with, "no\n")

    async def _serve(self, socket: ServerConnection) -> None:
        self.sockets.append(socket)
        try:
            async for text in socket:
                await self._on_frame(socket, json.loads(text))
        except ConnectionClosed:
            pass

    async def _on_frame(self, socket: ServerConnection, frame: list[Any]) -> None:
        self._news.set()
        if frame[0] != 2:
            self.replies.append(frame)
            return
        _, message_id, action, payload = frame
        self.calls.append((action, payload, message_id))
        answer = self.answers.get(action, {})
        answer = answer(payload) if isinstance(answer, Callable) else answer  # type: ignore[arg-type]
        if answer == "hang up":
            await socket.close(1011)
        elif answer == "error":
            await socket.send(json.dumps([4, message_id, "InternalError", "", {}]))
        elif answer != "silence":
            await socket.send(json.dumps([3, message_id, answer]))
