"""Wake-ups from other processes, and the sweep that makes them a convenience."""

import asyncio
import contextlib
import itertools
import logging
from typing import TYPE_CHECKING

from django.conf import settings
from redis.asyncio import Redis
from redis.exceptions import RedisError

from chargers.services.commands.life import stations_with_commands
from cpms.core import bus

from ..closing import CloseReason
from ..conversation.session import Session
from ..storing.unit import DatabaseAway
from .standing import Standing, reason_to_close, standings

if TYPE_CHECKING:
    from .runtime import Runtime

logger = logging.getLogger(__name__)
SWEEP_S = 1.0
# Sweeps between two looks at what every open socket rests on; wake-ups may be lost.
CHECK_EVERY = 5


class Mailbox:
    """Listens for `command:`, `forget:` and `replace:` wake-ups, and looks at the database each second."""

    def __init__(self, runtime: "Runtime") -> None:
        self.runtime = runtime

    async def listen(self) -> None:
        """Serve wake-ups for ever; without Redis the sweep does the work a second later."""
        while True:
            try:
                await self._listen_once()
            except (RedisError, OSError) as error:
                logger.warning("wake-ups interrupted: %s", type(error).__name__)
                await asyncio.sleep(1)

    async def _listen_once(self) -> None:
        client = Redis.from_url(settings.REDIS_URL, socket_timeout=None)
        async with client, client.pubsub(ignore_subscribe_messages=True) as subscription:
            await subscription.subscribe(bus.gateways_channel())
            async for message in subscription.listen():
                await self._serve(message["data"].decode())

    async def _serve(self, text: str) -> None:
        kind, _, rest = text.partition(":")
        numbers = [int(part) for part in rest.split(":") if part.isdigit()]
        session = self.runtime.sessions.get(numbers[0]) if numbers else None
        if session is None:
            return
        if kind == "command":
            session.calls.wake()
        elif kind == "replace" and len(numbers) == 2 and numbers[1] > session.epoch:
            await session.close(CloseReason.REPLACED)
        elif kind == "forget":
            with contextlib.suppress(DatabaseAway):
                await self._check([session.station.station_id])

    async def _check(self, station_ids: list[int]) -> None:
        """Look whether sockets may stay: a new key or a removal ends them, other changes are taken over."""
        fresh = await self.runtime.threads.run(standings, station_ids)
        for station_id in station_ids:
            session = self.runtime.sessions.get(station_id)
            if session is not None:
                await self._apply(session, fresh.get(station_id))

    async def _apply(self, session: Session, standing: Standing | None) -> None:
        reason = reason_to_close(session, standing)
        if reason is not None:
            await session.close(reason)
        elif standing is not None:
            station = session.station
            station.strict, station.registration = standing.strict, standing.registration
            station.watched_until = standing.watched_until

    async def sweep(self) -> None:
        """Each second: wake the sessions of stations with waiting commands; now and then: look at all sockets."""
        for turn in itertools.count(1):
            await asyncio.sleep(SWEEP_S)
            held = self.runtime.sessions.stations()
            if not held:
                continue
            with contextlib.suppress(DatabaseAway):
                await self._wake(held)
                if turn % CHECK_EVERY == 0:
                    await self._check(sorted(held))

    async def _wake(self, held: set[int]) -> None:
        for station_id in held & await self.runtime.threads.run(stations_with_commands):
            session = self.runtime.sessions.get(station_id)
            if session is not None:
                session.calls.wake()
