"""A TCP relay with faults, scripted by the test: what networks do between a charger, the gateway and its servers.

with FaultProxy(free_port(), ("127.0.0.1", 9000)) as proxy:
    proxy.down.delay_s = 0.5     # each direction is a `Way` of its own
    proxy.hold()                 # silence, as when packets are dropped: TCP sends them again once `heal` is called
    proxy.reset()                # RST to both ends; `cut` also refuses newcomers until `mend`

It runs in a thread with an event loop of its own, so that tests may block.
"""

import asyncio
import contextlib
import itertools
import random
import socket
import struct
import threading
from collections.abc import Coroutine, Iterator
from dataclasses import dataclass
from typing import Any, Self

LOOK_S = 0.01
CHUNK = 65536
LINGER_NOT = struct.pack("ii", 1, 0)


@dataclass
class Way:
    """One direction. `bytes_per_s` 0 is no limit; `duplicate_share` of the WebSocket messages pass twice."""

    delay_s: float = 0.0
    jitter_s: float = 0.0
    bytes_per_s: float = 0.0
    duplicate_share: float = 0.0
    flows: bool = True


class Frames:
    """Splits what a WebSocket client sends into its HTTP request and its frames (RFC 6455 §5.2)."""

    def __init__(self) -> None:
        self._buffer = b""
        self._upgraded = False

    def feed(self, data: bytes) -> Iterator[tuple[bytes, bool]]:
        """Whole pieces, and whether each is a text message."""
        self._buffer += data
        while length := self._length():
            piece, self._buffer = self._buffer[:length], self._buffer[length:]
            yield piece, self._upgraded and piece[0] == 0x81
            self._upgraded = True

    def _length(self) -> int:
        """Of the next whole piece; 0 when more must come first."""
        if not self._upgraded:
            end = self._buffer.find(b"\r\n\r\n")
            return end + 4 if end >= 0 else 0
        if len(self._buffer) < 2:
            return 0
        short = self._buffer[1] & 127
        more = {126: 2, 127: 8}.get(short, 0)
        if len(self._buffer) < 2 + more:
            return 0
        size = int.from_bytes(self._buffer[2 : 2 + more], "big") if more else short
        whole = 2 + more + (4 if self._buffer[1] & 128 else 0) + size
        return whole if len(self._buffer) >= whole else 0


class FaultProxy:
    """Relays `port` to the first of `targets` that answers, beginning with another one each time."""

    def __init__(self, port: int, *targets: tuple[str, int], seed: int = 1) -> None:
        self.port = port
        self.up, self.down = Way(), Way()
        self.accepted = 0
        self.sockets: list[Any] = []
        self._targets, self._turn = targets, itertools.count()
        self._rng = random.Random(seed)
        self._listener: asyncio.Server | None = None
        self._open: set[asyncio.StreamWriter] = set()
        self._loop = asyncio.new_event_loop()
        threading.Thread(target=self._loop.run_forever, daemon=True).start()

    def __enter__(self) -> Self:
        return self.mend()

    def __exit__(self, *error: object) -> None:
        self.cut()
        self._run(self._end_tasks())
        self._loop.call_soon_threadsafe(self._loop.stop)

    def url(self, path: str) -> str:
        """Where a charger finds the gateway behind it."""
        return f"ws://127.0.0.1:{self.port}/ocpp/{path}"

    def mend(self) -> Self:
        """Take connections (again), and let everything flow."""
        self.heal()
        self._run(self._listen())
        return self

    def cut(self) -> None:
        """Refuse newcomers and close what is open."""
        self._run(self._close_listener())
        self._run(self._end_all(reset=False))

    def reset(self) -> None:
        """RST on both sides of everything that is open."""
        self._run(self._end_all(reset=True))

    def hold(self, *ways: Way) -> None:
        """Nothing passes (in these directions), nobody is told."""
        for way in ways or (self.up, self.down):
            way.flows = False

    def heal(self) -> None:
        """What was held passes now."""
        self.up.flows = self.down.flows = True

    def _run(self, work: Coroutine[Any, Any, None]) -> None:
        asyncio.run_coroutine_threadsafe(work, self._loop).result(10)

    async def _listen(self) -> None:
        if self._listener is None:
            self._listener = await asyncio.start_server(
                self._accept, "127.0.0.1", self.port, backlog=1024, reuse_address=True
            )

    async def _close_listener(self) -> None:
        listener, self._listener = self._listener, None
        if listener is not None:
            listener.close()

    async def _end_all(self, *, reset: bool) -> None:
        for writer in list(self._open):
            _end(writer, reset=reset)
        await asyncio.sleep(0)

    async def _end_tasks(self) -> None:
        tasks = asyncio.all_tasks() - {asyncio.current_task()}
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.accepted += 1
        far = await self._dial()
        if far is None:
            _end(writer, reset=True)
            return
        far_reader, far_writer = far
        self._open |= {writer, far_writer}
        ways = (self._relay(reader, far_writer, self.up), self._relay(far_reader, writer, self.down))
        try:
            with contextlib.suppress(asyncio.CancelledError):
                await asyncio.gather(*ways)
        finally:
            self._open -= {writer, far_writer}

    async def _dial(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter] | None:
        first = next(self._turn)
        for number in range(len(self._targets)):
            with contextlib.suppress(OSError):
                return await asyncio.open_connection(*self._targets[(first + number) % len(self._targets)])
        return None

    async def _relay(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, way: Way) -> None:
        line: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue(64)
        carrier = self._loop.create_task(self._carry(line, writer, way))
        frames = Frames()
        with contextlib.suppress(OSError):
            while data := await reader.read(CHUNK):
                for piece in self._pieces(frames, data, way):
                    due = self._loop.time() + way.delay_s + self._rng.uniform(0, way.jitter_s)
                    await line.put((due, piece))
        await line.put((0.0, b""))
        await carrier

    def _pieces(self, frames: Frames, data: bytes, way: Way) -> Iterator[bytes]:
        if not way.duplicate_share:
            yield data
            return
        for piece, is_message in frames.feed(data):
            yield piece
            if is_message and self._rng.random() < way.duplicate_share:
                yield piece

    async def _carry(
        self, line: asyncio.Queue[tuple[float, bytes]], writer: asyncio.StreamWriter, way: Way
    ) -> None:
        while True:
            due, data = await line.get()
            await asyncio.sleep(max(0.0, due - self._loop.time()))
            while not way.flows and not writer.transport.is_closing():  # noqa: ASYNC110 - set by another thread
                await asyncio.sleep(LOOK_S)
            if not data:
                writer.close()
                return
            with contextlib.suppress(OSError):
                writer.write(data)
                await writer.drain()
            if way.bytes_per_s:
                await asyncio.sleep(len(data) / way.bytes_per_s)


def _end(writer: asyncio.StreamWriter, *, reset: bool) -> None:
    wire: socket.socket | None = writer.get_extra_info("socket")
    if reset and wire is not None:
        with contextlib.suppress(OSError):
            wire.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, LINGER_NOT)
    writer.transport.abort()
