"""The kinds of load: all chargers as fast as they get answers, at a fixed rate, all coming back at once."""

import asyncio
from collections.abc import Callable, Iterable
from typing import Any

from .charger import Address, Charger, Tally

PATIENCE_S = 20.0
# Of the handshakes of a fleet that comes for the first time; a storm has no such manners.
AT_ONCE = 500
IDENTITY = "BENCH-{:05}"

Report = dict[str, Any]
Said = Callable[[Charger], tuple[str, str]]


def mixed(charger: Charger) -> tuple[str, str]:
    """The next message of the fleet mix."""
    return charger.script.next()


def heartbeat(charger: Charger) -> tuple[str, str]:
    """A Heartbeat."""
    return "Heartbeat", "{}"


class Fleet:
    """The chargers of one generator process."""

    def __init__(self, address: Address) -> None:
        self.address = address
        self.chargers: list[Charger] = []

    async def connect(self, count: int) -> Report:
        """Have `count` chargers connected and booted; seconds it took, and refusals by HTTP status."""
        for number in range(len(self.chargers), count):
            self.chargers.append(Charger(number, IDENTITY.format(number), self.address))
        for left in self.chargers[count:]:
            left.disconnect()
        del self.chargers[count:]
        return await self._come_up([one for one in self.chargers if not one.is_open], AT_ONCE)

    async def storm(self) -> Report:
        """Cut all sockets, have all chargers back and booted."""
        for charger in self.chargers:
            charger.disconnect()
        return await self._come_up(self.chargers, len(self.chargers))

    async def _come_up(self, chargers: list[Charger], at_once: int) -> Report:
        loop, gate = asyncio.get_running_loop(), asyncio.Semaphore(at_once)
        tally, started = reset(chargers), loop.time()
        statuses = await asyncio.gather(*(_connect_and_boot(one, gate) for one in chargers))
        await until(lambda: all(one.pending is None for one in chargers))
        for status in statuses:
            if status != 101:
                tally.errors[f"refused {status}"] += 1
        return {"seconds": loop.time() - started, **collect(chargers, tally)}

    async def start_transactions(self) -> Report:
        """A StartTransaction each; later MeterValues belong to it."""
        tally, now = reset(self.chargers), asyncio.get_running_loop().time()
        for charger in self.chargers:
            charger.then = _remember_transaction
            charger.say("StartTransaction", charger.script.start(), now)
        await until(lambda: all(one.pending is None for one in self.chargers))
        return collect(self.chargers, tally)

    async def closed(self, seconds: float) -> Report:
        """Each charger sends its next message as soon as the last one is answered."""
        loop = asyncio.get_running_loop()
        tally, started = reset(self.chargers), loop.time()

        def next_one(charger: Charger, answer: object = None) -> None:
            now = loop.time()
            if now < started + seconds:
                charger.say(*mixed(charger), now)

        for charger in self.chargers:
            charger.then = next_one
            next_one(charger)
        await asyncio.sleep(seconds)
        await until(lambda: all(one.pending is None for one in self.chargers))
        return {"seconds": loop.time() - started, **collect(self.chargers, tally)}

    async def open(self, rate: float, seconds: float, said: Said = mixed, spare: int = 0) -> Report:
        """`rate` messages a second, whatever the answers do; the last `spare` chargers keep out of it.

        A charger whose last answer is missing sends late, and its time counts from when it should have.
        `behind` says how many messages waited for their turn at the end.
        """
        chargers = self.chargers[: len(self.chargers) - spare]
        loop = asyncio.get_running_loop()
        tally, started = reset(chargers), loop.time()
        queues: dict[str, list[float]] = {one.identity: [] for one in chargers}

        def serve(charger: Charger, answer: object = None) -> None:
            queue = queues[charger.identity]
            if queue and charger.pending is None:
                charger.say(*said(charger), queue.pop(0))

        for charger in chargers:
            charger.then = serve
        for number in range(int(rate * seconds)):
            due = started + number / rate
            if due > loop.time():
                await asyncio.sleep(due - loop.time())
            charger = chargers[number * 7919 % len(chargers)]
            queues[charger.identity].append(due)
            serve(charger)
        behind = sum(len(queue) for queue in queues.values())
        await until(lambda: not any(queues.values()) and all(one.pending is None for one in chargers))
        return {"seconds": loop.time() - started, "behind": behind, **collect(chargers, tally)}

    async def heartbeats(self, rate: float, seconds: float, stalled: int) -> Report:
        """Heartbeats at `rate`, while `stalled` other chargers have started a transaction that has to wait.

        `stalled_p50_ms` is how long those starts took.
        """
        slow = self.chargers[len(self.chargers) - stalled :]
        tally = reset(slow)
        for charger in slow:
            charger.then = _remember_transaction
            charger.say("StartTransaction", charger.script.start(), asyncio.get_running_loop().time())
        report = await self.open(rate, seconds, heartbeat, spare=stalled)
        await until(lambda: all(one.pending is None for one in slow))
        waited = collect(slow, tally)
        errors = {**report["errors"], **{f"stalled {name}": n for name, n in waited["errors"].items()}}
        return {**report, "errors": errors, "stalled_p50_ms": waited["p50_ms"]}

    async def idle(self, seconds: float) -> Report:
        """Nothing but answering pings."""
        tally = reset(self.chargers)
        await asyncio.sleep(seconds)
        return collect(self.chargers, tally)


async def _connect_and_boot(charger: Charger, gate: asyncio.Semaphore) -> int:
    charger.then = None
    async with gate:
        due = asyncio.get_running_loop().time()
        status = await charger.connect()
    if status == 101:
        charger.boot(due)
    return status


def _remember_transaction(charger: Charger, answer: dict[str, Any]) -> None:
    charger.script.transaction_id = answer["transactionId"]


def reset(chargers: Iterable[Charger]) -> Tally:
    """One tally for all of them, beginning now; what is still unanswered from before is forgotten."""
    tally = Tally()
    for charger in chargers:
        charger.tally, charger.pending = tally, None
    return tally


def collect(chargers: Iterable[Charger], tally: Tally) -> Report:
    lost = sum(one.pending is not None for one in chargers)
    if lost:
        tally.errors["lost"] += lost
    return tally.report()


async def until(done: Callable[[], bool]) -> None:
    """Wait for `done`, but not for ever: what is missing then counts as lost."""
    end = asyncio.get_running_loop().time() + PATIENCE_S
    # An event instead would cost every answer a little.
    while not done() and asyncio.get_running_loop().time() < end:  # noqa: ASYNC110
        await asyncio.sleep(0.01)
