"""Wake-ups from other processes, and the sweep that makes them a convenience."""

import asyncio
import logging
from typing import TYPE_CHECKING

from django.conf import settings
from redis.asyncio import Redis
from redis.exceptions import RedisError

from chargers.services.command_life import stations_with_commands
from cpms.core import bus

from . import facts
from .closing import CloseReason
from .unit import DatabaseAway

if TYPE_CHECKING:
    from .runtime import Runtime

logger = logging.getLogger(__name__)
SWEEP_S = 1.0


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
            await self._check_again(session.station.identity)

    async def _check_again(self, identity: str) -> None:
        """The station's row changed: a new key or a removal ends the socket, anything else is taken over."""
        fresh = await self.runtime.threads.run(facts.load, identity)
        for session in self.runtime.sessions:
            if session.station.identity != identity:
                continue
            old = session.station
            if fresh is None or (fresh.key_hash, fresh.open_until) != (old.key_hash, old.open_until):
                await session.close(CloseReason.REVOKED)
            else:
                old.strict, old.registration, old.watched_until = (
                    fresh.strict,
                    fresh.registration,
                    fresh.watched_until,
                )

    async def sweep(self) -> None:
        """Each second: wake the sessions of stations with queued commands."""
        while True:
            await asyncio.sleep(SWEEP_S)
            if not len(self.runtime.sessions):
                continue
            try:
                waiting = await self.runtime.threads.run(stations_with_commands)
            except DatabaseAway:
                continue
            for station_id in waiting & self.runtime.sessions.stations():
                session = self.runtime.sessions.get(station_id)
                if session is not None:
                    session.calls.wake()
