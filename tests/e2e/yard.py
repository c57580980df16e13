"""Simulated stations on an event loop of their own, driven from the browser's thread."""

import asyncio
import threading
from collections.abc import Coroutine
from typing import Any, TypeVar

from chargers.simulator import SimulatedStation

from .stack import Stack

T = TypeVar("T")
PATIENCE_S = 30.0


class Yard:
    """Every station in it is connected until the yard is closed."""

    def __init__(self, stack: Stack) -> None:
        self.stack = stack
        self.stations: list[SimulatedStation] = []
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Do something with a station and wait for it."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(PATIENCE_S)

    def connect(self, identity: str, password: str, version: str = "1.6", **options: Any) -> SimulatedStation:
        """A station that booted and reported its connectors."""
        station = SimulatedStation(self.stack.ocpp, identity, password, version=version, **options)
        self.run(self._arrive(station))
        self.stations.append(station)
        return station

    def new(self, identity: str, version: str = "1.6", **options: Any) -> tuple[SimulatedStation, str]:
        """The same for one that is registered first; with its public id."""
        made = self.stack.api("POST", "stations", {"identity": identity, "name": options.pop("name", "")})
        return self.connect(identity, made["password"], version, **options), made["id"]

    def charge(
        self, station: SimulatedStation, uid: str = "TAG-001", evse: int = 1, readings: int = 0
    ) -> None:
        """Plug in, hold up a card; then so many readings of 500 Wh each."""
        self.run(station.plug(evse))
        assert self.run(station.swipe(uid, evse)) == "Accepted"
        for _ in range(readings):
            station.draw(500, evse)
            self.run(station.sample(evse))

    def leave(self, station: SimulatedStation) -> None:
        """The station goes away."""
        self.stations.remove(station)
        self.run(station.__aexit__(None, None, None))

    def close(self) -> None:
        """All stations go away."""
        for station in list(self.stations):
            self.leave(station)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(PATIENCE_S)

    async def _arrive(self, station: SimulatedStation) -> None:
        try:
            await station.__aenter__()
        except ConnectionError:
            await station.end_tasks()
            raise
        assert await station.boot() == "Accepted"
        await station.report_all()
