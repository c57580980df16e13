"""The demo's fleet: the garage replays its recorded month from a busy hour on, other sites come and go."""

import asyncio
import contextlib
import signal
from collections.abc import Coroutine
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

from django.conf import settings
from django.utils.module_loading import import_string

from ..clock import Clock
from ..driver import Mix, come_and_go, leave
from ..fleet import Credential, Plan, make_station, together
from ..ledger import Ledger
from ..options import Options
from ..station import SimulatedStation
from ..visits import Visit, laid_over, recorded
from . import desk
from .cast import STRANGER, Part, cards, holders, parts
from .resume import Standing, backfill, pick_up, put_down, standings
from .scanning import scan
from .store import Secrets, default_folder, load_state, save_state

MIX = Mix(offline=0.06, ground=0.04, duplicates=0.02)
OPTIONS = Options(automatic=True, meter_interval_s=20, tick_s=5, reconnect_max_s=10)
PACE_S = 300.0
AHEAD = timedelta(days=28)
LONGEST_STAY = timedelta(hours=3)
PAUSE = timedelta(seconds=20)
FAREWELL_S = 0.8


@dataclass(slots=True)
class Player:
    """A station of the demo with what its people are going to do."""

    station: SimulatedStation
    part: Part
    visits: list[tuple[Visit, str]]
    uid: str

    def life(self) -> Coroutine[Any, Any, None]:
        if self.part.place.replays:
            return follow(self.station, self.visits)
        return come_and_go(self.station, 1, [self.uid], MIX, PACE_S)


def run_demo(url: str, folder: Path | None = None) -> None:
    """Run until SIGTERM or SIGINT; what was not delivered by then is kept for the next start.

    Raises ValueError when nobody has seeded the demo.
    """
    folder = folder or default_folder()
    kept = Secrets.load(folder)
    if not kept.passwords:
        raise ValueError("there is no demo to run: `manage.py seed_demo` first")
    cast = parts(recorded())
    ledger = Ledger(folder / "demo-ledger.jsonl")
    players = _players(url, cast, kept, ledger, standings(cast, load_state(folder)))
    for player in players:
        player.station.on_rekey = _keeper(folder, kept, player.part.identity)
    try:
        asyncio.run(_live(players, _stranger(url, kept, ledger), folder))
    finally:
        ledger.close()


async def follow(station: SimulatedStation, visits: list[tuple[Visit, str]]) -> None:
    """Play recorded visits, one after the other, each at its time."""
    for visit, uid in visits:
        await station.clock.sleep_until(visit.plug_in)
        outlet = station.outlets[1]
        if outlet.session is not None and outlet.session.uid != uid:
            continue  # Somebody came by with a phone and charges here.
        if outlet.car is None:
            await station.plug(1, visit.car(station.rng))
            await station.clock.sleep(station.rng.uniform(3, 20))
            await station.swipe(uid)
        await station.clock.sleep_until(visit.plug_out)
        await leave(station, 1, uid if station.rng.random() < 0.5 else None)


def _players(
    url: str, cast: list[Part], kept: Secrets, ledger: Ledger, standing: dict[str, Standing]
) -> list[Player]:
    now = datetime.now(UTC)
    ahead = _ahead(now)
    free = [uid for uid, _ in cards()][::-1]
    players = []
    for number, part in enumerate(cast):
        credential = Credential(part.identity, kept.passwords[part.identity], part.version)
        plan = Plan(url, [credential], [], clock=Clock(), mix=MIX, options=replace(OPTIONS, signs=part.signs))
        station = make_station(plan, credential, ledger, Random(f"{part.identity} {now}"))
        here = standing[part.identity]
        pick_up(station, here)
        visits = _not_before(ahead.get(part.recorded, []), here.free_from)
        if part.place.replays:
            backfill(station, visits, now)
        players.append(Player(station, part, visits, free[number % len(free)]))
    return players


def _ahead(now: datetime) -> dict[str, list[tuple[Visit, str]]]:
    """The visits that run or come, with the card each is paid with, by recorded station."""
    laid = laid_over(recorded(), now, now - LONGEST_STAY, now + AHEAD)
    found: dict[str, list[tuple[Visit, str]]] = {}
    for visit, uid in zip(laid, holders(laid), strict=True):
        if visit.plug_out > now:
            found.setdefault(visit.station, []).append((visit, uid))
    return found


def _not_before(visits: list[tuple[Visit, str]], free_from: datetime) -> list[tuple[Visit, str]]:
    """Nobody plugs in before the station was free again."""
    earliest = free_from + PAUSE
    return [
        (replace(visit, plug_in=max(visit.plug_in, earliest)), uid)
        for visit, uid in visits
        if visit.plug_out > earliest + PAUSE
    ]


def _stranger(url: str, kept: Secrets, ledger: Ledger) -> SimulatedStation:
    """A station that nobody has registered: it calls and calls, and works once it is adopted."""
    credential = Credential(STRANGER, kept.passwords[STRANGER], "1.6")
    patient = Options(automatic=True, reconnect_min_s=15, reconnect_max_s=60)
    return make_station(Plan(url, [credential], [], options=patient), credential, ledger, Random(STRANGER))


async def _live(players: list[Player], stranger: SimulatedStation, folder: Path) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    stations = [player.station for player in players]
    async with together([stranger, *stations]):
        drivers = [asyncio.create_task(player.life()) for player in players]
        drivers += [asyncio.create_task(scan(player.station)) for player in players]
        drivers.append(asyncio.create_task(desk.work()))
        drivers += [asyncio.create_task(import_string(name)()) for name in settings.DEMO_LIFE]
        await stop.wait()
        for driver in drivers:
            driver.cancel()
        await asyncio.gather(*drivers, return_exceptions=True)
        await _farewell(stations)
        save_state(folder, {station.identity: put_down(station) for station in stations})


async def _farewell(stations: list[SimulatedStation]) -> None:
    """The power goes: sessions end, and what can still be told in a moment is told."""
    for station in stations:
        station.cut_power()
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(FAREWELL_S):
            await asyncio.gather(*(station.outbox.drained() for station in stations))


def _keeper(folder: Path, kept: Secrets, identity: str) -> Any:
    """Remembers a password that the server has changed."""

    def keep(password: str) -> None:
        kept.passwords[identity] = password
        kept.save(folder)

    return keep
