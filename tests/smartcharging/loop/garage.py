"""A garage: one site with circuits, simulated chargers that obey profiles, and what they truly draw."""

import asyncio
import itertools
import random
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Self

from django.db import connection

from chargers.choices import ConnectorStatus
from chargers.models import ChargingStation, Connector, Evse
from chargers.services.stations.registration import station_register
from chargers.services.tags.id_tags import id_tag_create
from chargers.simulator import Car, Options, SimulatedStation
from cpms.core import clock
from cpms.core.actors import SYSTEM
from smartcharging.inputs.choices import MeterDriver
from smartcharging.inputs.metering.meters import meter_create
from smartcharging.inputs.metering.store import readings_store
from smartcharging.meters import Sample
from smartcharging.models import Circuit, SiteMeter, StationStanding
from smartcharging.services.circuits import circuit_create, outlet_set, policy_set
from tests.gateway.charger import KEY, fresh
from tests.gateway.process import eventually
from tests.worlds import World

QUICK = Options(
    automatic=True,
    tick_s=0.2,
    meter_interval_s=1.0,
    reconnect_min_s=0.5,
    reconnect_max_s=1.0,
    retry_wait_s=0.2,
)
LOOK_S = 0.1
# What a rectifier takes from the grid for a watt it gives.
LOSS = 1.06


@dataclass
class Moment:
    """The load of the root's three lines at one instant, A: what the chargers draw, and the building."""

    at: float
    chargers: tuple[float, float, float]
    building: float

    @property
    def highest_a(self) -> float:
        """The fullest line."""
        return max(self.chargers) + self.building


@dataclass
class Garage:
    """Chargers behind one feeder. `limit_a` holds for every line; the building is the same on each.

    `versions` are those of OCPP of the first chargers, 1.6 of the others; `direct` are the numbers of those that
    give direct current, which take more from the grid than they give.
    """

    world: World
    limit_a: float
    count: int
    worst_a: float = 0.0
    service_a: float = 6.0
    habits: Sequence[Options] = ()
    building_a: float = 0.0
    sun_a: float = 0.0
    rotate: bool = False
    versions: Sequence[str] = ()
    direct: frozenset[int] = frozenset()
    stations: list[ChargingStation] = field(default_factory=list)
    simulated: list[SimulatedStation] = field(default_factory=list)
    moments: list[Moment] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.root: Circuit = circuit_create(
            self.world.site, SYSTEM, name="feeder", limit_a=[self.limit_a] * 3
        )
        for number in range(self.count):
            self.stations.append(self._station(number))
            id_tag_create(self.world.organisation, SYSTEM, uid=f"CAR-{number}")
        policy_set(
            self.world.site, SYSTEM, managed=True, building_worst_a=[self.worst_a] * 3,
            service_minimum_a=self.service_a,
        )  # fmt: skip
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._watching: asyncio.Task[None] | None = None
        self._closed = threading.Event()
        self._metering: threading.Thread | None = None

    def _station(self, number: int) -> ChargingStation:
        station, _ = station_register(
            self.world.organisation, fresh("GARAGE"), SYSTEM, password=KEY, site=self.world.site
        )
        evse = Evse.objects.create(station=station, number=1)
        Connector.objects.create(evse=evse, number=1, status=ConnectorStatus.AVAILABLE, status_at=clock.now())
        lines = [(number + step) % 3 for step in range(3)] if self.rotate else [0, 1, 2]
        wired = {"direct_current": True, "loss": LOSS} if number in self.direct else {}
        outlet_set(evse, SYSTEM, circuit=self.root, lines=lines, **wired)
        return station

    # The chargers

    def connect(self, url: str) -> Self:
        """Everybody dials in; their truth is looked at ten times a second from now on."""
        self._thread.start()
        habits = [*self.habits, *itertools.repeat(QUICK, self.count - len(self.habits))]
        versions = [*self.versions, *itertools.repeat("1.6", self.count - len(self.versions))]
        for station, options, version in zip(self.stations, habits, versions, strict=True):
            identity = station.identity
            dice = random.Random(identity)
            self.simulated.append(
                SimulatedStation(url, identity, KEY, version=version, options=options, rng=dice)
            )
        self.run(self._begin())
        return self

    async def _begin(self) -> None:
        for one in self.simulated:
            await one.__aenter__()
        self._watching = asyncio.get_running_loop().create_task(self._watch())

    async def _watch(self) -> None:
        while True:
            self.moments.append(Moment(time.monotonic(), self.drawn_a(), self.building_a))
            await asyncio.sleep(LOOK_S)

    def close(self) -> None:
        """Everybody hangs up."""
        self._closed.set()
        if self._metering is not None:
            self._metering.join(5)
        self.run(self._end())
        self._loop.call_soon_threadsafe(self._loop.stop)

    async def _end(self) -> None:
        if self._watching is not None:
            self._watching.cancel()
        await asyncio.gather(
            *(one.__aexit__(None, None, None) for one in self.simulated), return_exceptions=True
        )

    def run(self, work: Any, within_s: float = 30.0) -> Any:
        """Something on the chargers' own thread."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(within_s)

    def arrive(self, *numbers: int, car: Car | None = None) -> None:
        """Cars come to these chargers (all without) and begin to charge."""
        for number in numbers or range(self.count):
            self.run(self._arrive(number, replace(car or Car(max_power_w=22_000))))

    async def _arrive(self, number: int, car: Car) -> None:
        station = self.simulated[number]
        await station.ready()
        await station.plug(car=car)
        await station.swipe(f"CAR-{number}")

    # The building

    def measure(self) -> None:
        """The building's meter tells its load every second from now on."""
        meter = meter_create(
            self.world.site, SYSTEM, name="building", driver=MeterDriver.PUSH, measures="building"
        )
        self._metering = threading.Thread(target=self._meter, args=(meter,), daemon=True)
        self._metering.start()

    def _meter(self, meter: SiteMeter) -> None:
        while not self._closed.wait(1.0):
            amps = dict.fromkeys(("l1_a", "l2_a", "l3_a"), self.building_a)
            readings_store(meter, [Sample(amps)], clock.now())
        connection.close()

    def shine(self) -> None:
        """Meters of a roof, and of all at the grid connection, tell every second, and of the last five minutes."""
        site = self.world.site
        roof = meter_create(site, SYSTEM, name="roof", driver=MeterDriver.PUSH, measures="pv")
        grid = meter_create(site, SYSTEM, name="grid", driver=MeterDriver.PUSH, measures="whole")
        now = clock.now()
        for ago_s in range(300, 0, -15):
            self._tell(roof, grid, now - timedelta(seconds=ago_s))
        self._metering = threading.Thread(target=self._shine, args=(roof, grid), daemon=True)
        self._metering.start()

    def _shine(self, roof: SiteMeter, grid: SiteMeter) -> None:
        while not self._closed.wait(1.0):
            self._tell(roof, grid, clock.now())
        connection.close()

    def _tell(self, roof: SiteMeter, grid: SiteMeter, at: datetime) -> None:
        drawn = self.drawn_a() if self.simulated else (0.0, 0.0, 0.0)
        # A real meter never says exactly the same for minutes.
        trembling = at.second % 2 / 100
        lines = {
            f"l{line}_a": one + self.building_a - self.sun_a - trembling for line, one in enumerate(drawn, 1)
        }
        readings_store(roof, [Sample({"power_w": 690 * self.sun_a}, at)], clock.now())
        readings_store(grid, [Sample(lines, at)], clock.now())

    # The truth

    def drawn_a(self) -> tuple[float, float, float]:
        """What the chargers draw on each line of the feeder."""
        lines = [0.0, 0.0, 0.0]
        for number, one in enumerate(self.simulated):
            loss = LOSS if number in self.direct else 1.0
            for evse in one.outlets.values():
                wires = len(evse.car.wires) if evse.car else 3
                for wire in range(wires):
                    line = (number + wire) % 3 if self.rotate else wire
                    lines[line] += loss * evse.power_w / 230 / wires
        return lines[0], lines[1], lines[2]

    def currents_a(self) -> list[float]:
        """What each charger draws on its first line."""
        return [round(one.outlets[1].sample(one.now()).current_a, 1) for one in self.simulated]

    def trusted(self, count: int | None = None) -> None:
        """Wait until so many stations (all without) have confirmed their fail-safe limits."""
        wanted = self.count if count is None else count
        eventually(lambda: StationStanding.objects.filter(state="trusted").count() >= wanted, 60)

    def highest_since(self, start: float) -> float:
        """The most that any line carried since a moment, building and all."""
        return max(moment.highest_a for moment in self.moments if moment.at >= start)

    def settled(self, check: Callable[[list[float]], bool], within_s: float = 40.0) -> list[float]:
        """Wait until the currents of all chargers fit."""
        return eventually(lambda: now if check(now := self.currents_a()) else None, within_s) or []
