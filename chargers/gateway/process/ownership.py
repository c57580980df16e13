"""Taking and giving up sockets, many at a time: a whole fleet may come back in the same second."""

import asyncio

from chargers.services.stations.connections import (
    Claim,
    connection_claim,
    connection_close,
    connections_claim,
    connections_close,
)

from ..admission import facts
from ..storing.batch import Batch
from ..storing.unit import DatabaseAway
from .threads import Threads

SETTLE_EVERY_S = 1.0


class Ownership:
    """What the database says of stations and their sockets. Everything raises `DatabaseAway`."""

    def __init__(self, threads: Threads) -> None:
        self._threads = threads
        self._facts = Batch(threads, facts.load_all)
        self._claims = Batch(threads, connections_claim)
        self._closings = Batch(threads, connections_close)
        self._left: list[tuple[int, int, int]] = []

    async def facts(self, identity: str) -> facts.StationFacts | None:
        """The facts of a station; None when it is not ours."""
        return await self._facts.run(identity)

    async def claim(self, station_id: int, claim: Claim) -> int:
        """Take the station's next epoch. A row that was busy is waited for alone."""
        epoch = await self._claims.run((station_id, claim))
        if epoch is None:
            epoch = await self._threads.run(connection_claim, station_id, claim)
        return epoch

    async def close(self, station_id: int, epoch: int, code: int) -> None:
        """Give a socket up, unless a newer one has taken over."""
        if not await self._closings.run((station_id, epoch, code)):
            await self._threads.run(connection_close, station_id, epoch, code)

    async def give_up(self, station_id: int, epoch: int, code: int) -> None:
        """Close a socket in the books, now or as soon as the database is back: nobody else would."""
        try:
            await self.close(station_id, epoch, code)
        except DatabaseAway:
            self._left.append((station_id, epoch, code))

    async def settle(self) -> None:
        """For ever: close in the books what could not be closed when it happened."""
        while True:
            await asyncio.sleep(SETTLE_EVERY_S)
            left, self._left = self._left, []
            await asyncio.gather(*(self.give_up(*closing) for closing in left))
