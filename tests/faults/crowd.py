"""Many simple chargers that come back whenever they are thrown out, and keep count of what happens to them."""

import asyncio
import json
import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Self

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from chargers.services.stations.registration import station_register
from cpms.core.actors import SYSTEM
from tests.gateway.charger import KEY, basic, fresh
from tests.worlds import World

Url = Callable[[str], str]


def registered(world: World, count: int) -> list[str]:
    """Identities of so many new stations."""
    identities = [fresh("CROWD") for _ in range(count)]
    for identity in identities:
        station_register(world.organisation, identity, SYSTEM, password=KEY)
    return identities


class Crowd:
    """Connects everybody on entry. Times are `time.monotonic()`.

    `refused` counts HTTP statuses of handshakes (0: no answer), `closed` the codes of sockets that ended,
    `trips_s` how long answers to heartbeats took, `longest_gap_s` the longest time anybody was offline.
    """

    def __init__(
        self,
        url: Url,
        identities: Sequence[str],
        pause_s: tuple[float, float] = (0.1, 0.5),
        beat_s: float = 0.5,
    ) -> None:
        self.refused: Counter[int] = Counter()
        self.closed: Counter[int] = Counter()
        self.closed_at: list[float] = []
        self.trips_s: list[float] = []
        self.longest_gap_s = 0.0
        self.online: set[str] = set()
        self._url, self._identities = url, identities
        self._pause_s, self._beat_s = pause_s, beat_s
        self._rng = random.Random(1)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        self._loop.call_soon_threadsafe(self._begin)
        return self

    def __exit__(self, *error: object) -> None:
        asyncio.run_coroutine_threadsafe(self._end(), self._loop).result(20)
        self._loop.call_soon_threadsafe(self._loop.stop)

    @property
    def all_online(self) -> bool:
        return len(self.online) == len(self._identities)

    def slow_trip_s(self) -> float:
        """The 95th percentile of the trips since the last time."""
        trips, self.trips_s = sorted(self.trips_s), []
        return trips[len(trips) * 95 // 100]

    def _begin(self) -> None:
        self._tasks = [self._loop.create_task(self._live(identity)) for identity in self._identities]

    async def _end(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _live(self, identity: str) -> None:
        offline_since = time.monotonic()
        while True:
            try:
                socket = await self._dial(identity)
            except InvalidStatus as refusal:
                self.refused[refusal.response.status_code] += 1
            except (OSError, EOFError, TimeoutError, ConnectionClosed):
                self.refused[0] += 1
            else:
                self.longest_gap_s = max(self.longest_gap_s, time.monotonic() - offline_since)
                await self._talk(identity, socket)
                offline_since = time.monotonic()
            await asyncio.sleep(self._rng.uniform(*self._pause_s))

    async def _dial(self, identity: str) -> ClientConnection:
        return await connect(
            self._url(identity), subprotocols=["ocpp1.6"], additional_headers=basic(identity, KEY),  # type: ignore[list-item]
            compression=None, ping_interval=None, open_timeout=10, close_timeout=0.5, proxy=None,
        )  # fmt: skip

    async def _talk(self, identity: str, socket: ClientConnection) -> None:
        self.online.add(identity)
        try:
            await self._ask(socket, "BootNotification", {"chargePointVendor": "V", "chargePointModel": "M"})
            while True:
                begun = time.monotonic()
                await self._ask(socket, "Heartbeat", {})
                self.trips_s.append(time.monotonic() - begun)
                await asyncio.sleep(self._beat_s * self._rng.uniform(0.5, 1.5))
        except ConnectionClosed as closed:
            self.closed[closed.rcvd.code if closed.rcvd else 1006] += 1
            self.closed_at.append(time.monotonic())
        finally:
            self.online.discard(identity)
            socket.transport.abort()

    async def _ask(self, socket: ClientConnection, action: str, payload: dict[str, str]) -> None:
        message_id = str(self._rng.getrandbits(60))
        await socket.send(json.dumps([2, message_id, action, payload]))
        while json.loads(await socket.recv())[1] != message_id:
            pass
