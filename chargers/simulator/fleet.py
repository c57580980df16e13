"""Many stations at once, on one seed."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from random import Random
from types import TracebackType
from typing import Self

from .clock import Clock
from .driver import Mix, come_and_go, leave
from .ledger import Ledger
from .options import Facts, Options
from .station import SimulatedStation

MODELS = {"1.6": ("Northwind Chargers", "Duo 22"), "2.0.1": ("Alder Energy", "Post 11 X")}
# Two hours slow, days fast, never set since the last power cut, a little fast.
WRONG_CLOCKS_S = (-7_200.0, 3 * 86_400.0, -20_000 * 86_400.0, 90.0)
START_SPREAD_S = 0.02


@dataclass(frozen=True, slots=True)
class Credential:
    """How one station signs in, and which version it speaks ("1.6" or "2.0.1")."""

    identity: str
    password: str
    version: str


@dataclass(frozen=True, slots=True)
class Plan:
    """What to run. `pace_s` is the length of a visit in simulated seconds."""

    url: str
    credentials: Sequence[Credential]
    uids: Sequence[str]
    seed: int = 1
    clock: Clock = field(default_factory=Clock)
    mix: Mix = field(default_factory=Mix)
    options: Options = field(default_factory=lambda: Options(automatic=True))
    pace_s: float = 900.0


class Undelivered(Exception):
    """The gateway is away, refuses messages, or is too slow."""


class Fleet:
    """The stations of a plan, each with a driver at every outlet, between `async with`."""

    def __init__(self, plan: Plan, ledger: Ledger) -> None:
        self.plan = plan
        rng = Random(plan.seed)
        self.stations = [
            make_station(plan, credential, ledger, Random(rng.random())) for credential in plan.credentials
        ]
        self._drivers: list[asyncio.Task[None]] = []
        self._stack = AsyncExitStack()

    async def __aenter__(self) -> Self:
        await self._stack.enter_async_context(together(self.stations))
        for number, station in enumerate(self.stations):
            self._drive(number, station)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._send_home()
        await self._stack.aclose()

    @property
    def queued(self) -> int:
        """Transaction messages of all stations that still wait for their answer."""
        return sum(station.queued for station in self.stations)

    async def wind_down(self, patience_s: float) -> None:
        """Everybody leaves, then every queue empties. Raises Undelivered when one does not."""
        await self._send_home()
        for station in self.stations:
            for number in station.outlets:
                await station.recover(number)
                await leave(station, number, None)
        try:
            async with asyncio.timeout(patience_s):
                await asyncio.gather(*(station.outbox.drained() for station in self.stations))
        except TimeoutError:
            raise Undelivered(f"{self.queued} messages were not answered within {patience_s:.0f} s") from None

    def _drive(self, number: int, station: SimulatedStation) -> None:
        # Every tag stays with its outlet: nobody charges at two places at once.
        uids = [self.plan.uids[number % len(self.plan.uids)]]
        for evse in station.outlets:
            work = come_and_go(station, evse, uids, self.plan.mix, self.plan.pace_s)
            self._drivers.append(asyncio.create_task(work))

    async def _send_home(self) -> None:
        for driver in self._drivers:
            driver.cancel()
        await asyncio.gather(*self._drivers, return_exceptions=True)
        self._drivers.clear()


@asynccontextmanager
async def together(stations: Sequence[SimulatedStation]) -> AsyncIterator[None]:
    """All stations, switched on one after the other and off at once."""
    try:
        for station in stations:
            await station.__aenter__()
            await asyncio.sleep(START_SPREAD_S)
        yield
    finally:
        await asyncio.gather(*(station.__aexit__(None, None, None) for station in stations))


def make_station(plan: Plan, credential: Credential, ledger: Ledger, rng: Random) -> SimulatedStation:
    """A station with habits of its own."""
    vendor, model = MODELS[credential.version]
    wrong = rng.random() < plan.mix.clocks
    options = replace(
        plan.options,
        automatic=True,
        duplicate_share=plan.mix.duplicates,
        clock_offset_s=rng.choice(WRONG_CLOCKS_S) if wrong else 0.0,
    )
    return SimulatedStation(
        plan.url,
        credential.identity,
        credential.password,
        version=credential.version,
        clock=plan.clock,
        ledger=ledger,
        options=options,
        facts=Facts(vendor, model, serial_number=f"NW{rng.randrange(10**8):08d}"),
        rng=rng,
    )
