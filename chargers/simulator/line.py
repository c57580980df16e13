"""A station's side of the connection: who it is, how it connects, what it can say without an outlet."""

import asyncio
import random
import uuid
from collections.abc import Coroutine
from datetime import datetime, timedelta
from typing import Any

from chargers.ocpp.rpc import Payload

from .clock import Clock
from .dialect import Dialect
from .link import Disconnected, Link, Received
from .options import Facts, Options

ACCEPTED = "Accepted"


class Line:
    """One identity and at most one connection at a time."""

    def __init__(
        self,
        url: str,
        identity: str,
        password: str | None,
        dialect: Dialect,
        clock: Clock,
        options: Options,
        facts: Facts,
        rng: random.Random,
    ) -> None:
        self.url = url
        self.identity = identity
        self.password = password
        self.dialect = dialect
        self.clock = clock
        self.options = options
        self.facts = facts
        self.rng = rng
        self.registration = ""
        self.boot_reason = "PowerUp"
        self.heartbeat_interval_s = 300
        self.known_uids: set[str] = set()
        self.link: Link | None = None
        # Cleared while an automatic station is to stay away.
        self.reachable = asyncio.Event()
        self.reachable.set()
        self._tasks: set[asyncio.Task[Any]] = set()
        self._changed = asyncio.Event()

    async def on_call(self, received: Received) -> None:
        """The server asks something."""
        raise NotImplementedError

    def on_connected(self) -> None:
        """A new connection is open."""

    @property
    def connected(self) -> bool:
        return self.link is not None and not self.link.closed.is_set()

    @property
    def online(self) -> bool:
        """Whether the station may speak: not before its boot, not while Pending or Rejected."""
        must_boot = self.options.automatic and not self.registration
        return self.connected and not must_boot and self.registration in ("", ACCEPTED)

    @property
    def close_code(self) -> int | None:
        """How the last connection ended; None while it is open."""
        return None if self.link is None else self.link.close_code

    @property
    def frames(self) -> list[tuple[str, str]]:
        """The last texts of this connection as ("in" | "out", text)."""
        return [] if self.link is None else list(self.link.frames)

    async def connect(self) -> None:
        """Open a new connection. Raises HandshakeRefused, OSError, TimeoutError."""
        await self.disconnect()
        link = Link(self.dialect.version, self.options, self.on_call)
        await link.open(self.url, self.identity, self.password)
        self.link = link
        self.on_connected()
        self.touch()

    async def disconnect(self, code: int = 1000) -> None:
        """Close the connection properly, if there is one."""
        if self.link is not None:
            await self.link.close(code)

    def drop(self) -> None:
        """Cut the connection: the server hears nothing of it."""
        if self.link is not None:
            self.link.drop()

    async def wait_closed(self, timeout_s: float = 5) -> int | None:
        """Wait until the connection is gone; its close code. Raises TimeoutError."""
        if self.link is not None:
            await asyncio.wait_for(self.link.closed.wait(), timeout_s)
        return self.close_code

    async def ready(self) -> None:
        """Wait until the station may speak freely."""
        while not self.online:
            await self._changed.wait()

    def touch(self) -> None:
        """Something about the line changed."""
        changed, self._changed = self._changed, asyncio.Event()
        changed.set()

    async def call(self, action: str, payload: Payload, message_id: str | None = None) -> Payload:
        """Any CALL. Raises CallFailed, TimeoutError, Disconnected."""
        if self.link is None:
            raise Disconnected
        return await self.link.call(action, payload, message_id)

    async def send_text(self, text: str) -> None:
        """Any text, valid or not. Raises Disconnected."""
        if self.link is None:
            raise Disconnected
        await self.link.send_text(text)

    async def next_frame(self, timeout_s: float = 5) -> str:
        """The next incoming text that neither answered a `call` nor was a CALL. Raises TimeoutError."""
        if self.link is None:
            raise Disconnected
        return await asyncio.wait_for(self.link.unclaimed.get(), timeout_s)

    async def boot(self, reason: str | None = None) -> str:
        """BootNotification; what the server answered: "Accepted", "Pending" or "Rejected"."""
        before, self.registration = self.registration, "Booting"
        try:
            answer = await self.call(*self.dialect.boot(self.facts, reason or self.boot_reason))
        except BaseException:
            self.registration = before
            raise
        self.registration = str(answer["status"])
        self.heartbeat_interval_s = int(answer["interval"])
        self.touch()
        return self.registration

    async def heartbeat(self) -> str:
        """The server's time as it wrote it."""
        answer = await self.call("Heartbeat", {})
        return str(answer["currentTime"])

    async def authorize(self, uid: str) -> str:
        """Ask the server about a tag: "Accepted", "Blocked", ..."""
        answer = await self.call(*self.dialect.authorize(uid))
        status = self.dialect.token_status(answer) or ""
        (self.known_uids.add if status == ACCEPTED else self.known_uids.discard)(uid)
        return status

    def now(self) -> datetime:
        """What the station's own clock shows."""
        return self.clock.now() + timedelta(seconds=self.options.clock_offset_s)

    def new_id(self) -> str:
        """A random UUID from the station's own dice."""
        return str(uuid.UUID(int=self.rng.getrandbits(128), version=4))

    def spawn(self, work: Coroutine[Any, Any, Any]) -> None:
        """Run beside everything else, for as long as the station lives."""
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def end_tasks(self) -> None:
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
