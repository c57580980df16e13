"""Speaking HTTP over ASGI: what was asked, short answers, and the threads that database and disk are asked from."""

import asyncio
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, ParamSpec, TypeVar

from django.db import connection

P = ParamSpec("P")
T = TypeVar("T")
Headers = list[tuple[bytes, bytes]]
# Silence of the other side that ends a transfer.
IDLE_S = 60.0
_threads = ThreadPoolExecutor(8, thread_name_prefix="transfer")
# Whatever a file holds, no browser shows or runs it.
HARMLESS: Headers = [
    (b"content-type", b"application/octet-stream"),
    (b"x-content-type-options", b"nosniff"),
    (b"content-security-policy", b"default-src 'none'; sandbox"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"referrer-policy", b"no-referrer"),
    (b"cache-control", b"no-store"),
]


class Gone(Exception):
    """The other side went away, or fell silent."""


async def in_thread(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Run something that waits for database or disk; its connection goes back to the pool at once."""

    def work() -> T:
        try:
            return function(*args, **kwargs)
        finally:
            connection.close()

    return await asyncio.get_running_loop().run_in_executor(_threads, work)


@dataclass(slots=True)
class Exchange:
    """One request and the way to answer it."""

    scope: dict[str, Any]
    receive: Any
    send: Any

    @property
    def method(self) -> str:
        return str(self.scope["method"])

    @property
    def path(self) -> str:
        """The path, percent signs decoded."""
        return str(self.scope["path"])

    def header(self, name: bytes) -> str:
        """A header's value; "" when it is absent."""
        found = next((value for key, value in self.scope["headers"] if key.lower() == name), b"")
        return found.decode("latin-1")

    @property
    def declared_bytes(self) -> int | None:
        """Content-Length; None when it is absent or no number."""
        text = self.header(b"content-length")
        return int(text) if text.isascii() and text.isdigit() else None

    async def start(self, status: int, headers: Headers) -> None:
        """Send status and headers."""
        await self._send({"type": "http.response.start", "status": status, "headers": headers})

    async def body(self, data: bytes, more: bool = False) -> None:
        """Send a piece of the body; waits while the other side is slow. Raises Gone."""
        await self._send({"type": "http.response.body", "body": data, "more_body": more})

    async def _send(self, message: dict[str, Any]) -> None:
        try:
            await asyncio.wait_for(self.send(message), IDLE_S)
        except (TimeoutError, OSError):
            raise Gone from None

    async def say(self, status: int, text: str, *more: tuple[bytes, bytes]) -> None:
        """A short answer in words; after an error the connection closes, for a body may still be on its way."""
        data = f"{text}\n".encode()
        headers: Headers = [
            (b"content-type", b"text/plain; charset=utf-8"),
            (b"content-length", str(len(data)).encode()),
            (b"x-content-type-options", b"nosniff"),
            (b"cache-control", b"no-store"),
            *more,
        ]
        close = [(b"connection", b"close")] if status >= 400 else []
        await self.start(status, headers + close)
        await self.body(b"" if self.method == "HEAD" else data)

    async def chunks(self) -> AsyncIterator[bytes]:
        """The request's body as it arrives. Raises Gone when it does not arrive whole."""
        while True:
            try:
                message = await asyncio.wait_for(self.receive(), IDLE_S)
            except TimeoutError:
                raise Gone from None
            if message["type"] != "http.request":
                raise Gone
            yield message.get("body", b"")
            if not message.get("more_body", False):
                return

    async def disconnected(self) -> None:
        """Returns once the other side is gone."""
        while (await self.receive())["type"] != "http.disconnect":
            pass

    def address(self) -> tuple[str, str]:
        """Token and file name of `/transfer/<token>/<name>`; both may be empty."""
        token, _, name = self.path.removeprefix("/transfer/").partition("/")
        return token, name
