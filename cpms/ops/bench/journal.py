"""Sessions under fire: chargers that come back after every loss, repeat what was not answered, and keep books."""

import asyncio
import random
from typing import Any

import orjson

from .charger import Charger, Tally
from .loads import Fleet, Report, collect, reset, until

READINGS_PER_SESSION = 20
RETRY_S = 0.3


class Journal:
    """Books of what was acknowledged. `begin` and `end` are jobs; in between servers may die."""

    def __init__(self, fleet: Fleet) -> None:
        self._fleet = fleet
        self._tally = Tally()
        self._running = False
        self._returning: set[asyncio.Task[None]] = set()
        self._books: dict[str, list[tuple[str, int | str]]] = {}
        self._steps: dict[str, int] = {}

    async def begin(self) -> Report:
        """Let every charger go through sessions: a start, readings, a stop, and again."""
        self._running = True
        self._tally = reset(self._fleet.chargers)
        self._books = {"started": [], "stopped": [], "metered": []}
        self._steps = {one.identity: 0 for one in self._fleet.chargers}
        for charger in self._fleet.chargers:
            charger.then, charger.on_lost = self._next, self._lost
            self._say(charger)
        return {}

    async def end(self) -> Report:
        """Begin nothing new, wait for what is under way; the books and the tally.

        Books: `started` and `stopped` list identity and transactionId, `metered` identity and time.
        """
        self._running = False
        await until(lambda: all(one.pending is None for one in self._fleet.chargers))
        for task in self._returning:
            task.cancel()
        for charger in self._fleet.chargers:
            charger.on_lost = None
        losses = self._tally.errors.pop("closed", 0)
        return {"books": self._books, "losses": losses, **collect(self._fleet.chargers, self._tally)}

    def _next(self, charger: Charger, answer: dict[str, Any]) -> None:
        self._book(charger, answer)
        self._steps[charger.identity] += 1
        if self._running:
            self._say(charger)

    def _say(self, charger: Charger) -> None:
        step = self._steps[charger.identity] % (READINGS_PER_SESSION + 2)
        now, script = asyncio.get_running_loop().time(), charger.script
        if step == 0:
            charger.say("StartTransaction", script.start(), now)
        elif step == READINGS_PER_SESSION + 1:
            charger.say("StopTransaction", script.stop(), now)
        else:
            charger.say("MeterValues", script.payload("MeterValues"), now)

    def _book(self, charger: Charger, answer: dict[str, Any]) -> None:
        _, _, action, payload = orjson.loads(charger.answered_text)
        if action == "StartTransaction":
            charger.script.transaction_id = answer["transactionId"]
            self._books["started"].append((charger.identity, answer["transactionId"]))
        elif action == "StopTransaction":
            self._books["stopped"].append((charger.identity, payload["transactionId"]))
        else:
            self._books["metered"].append((charger.identity, payload["meterValue"][0]["timestamp"]))

    def _lost(self, charger: Charger) -> None:
        task = asyncio.get_running_loop().create_task(self._come_back(charger))
        self._returning.add(task)
        task.add_done_callback(self._returning.discard)

    async def _come_back(self, charger: Charger) -> None:
        while True:
            await asyncio.sleep(random.uniform(0.5, 1.5) * RETRY_S)  # noqa: S311 - not a secret
            if await charger.connect() == 101:
                charger.repeat()
                return
