"""The load in a process of its own: one JSON job a line on standard input, one JSON report a line back.

`python -m cpms.ops.bench.generator HOST PORT PASSWORD`; jobs are `{"do": "fleet.closed", "seconds": 10}`
and so on, named after the methods of `Fleet`, `Journal` and `Orders`.
"""

import asyncio
import sys
import time
from collections.abc import Awaitable, Callable
from typing import Any

import orjson
import uvloop

from .charger import Address
from .journal import Journal
from .loads import Fleet
from .orders import Orders

Job = Callable[..., Awaitable[dict[str, Any]]]


def jobs(address: Address) -> dict[str, Job]:
    """What can be asked for, by name."""
    fleet = Fleet(address)
    journal, orders = Journal(fleet), Orders(fleet)
    return {
        "fleet.connect": fleet.connect,
        "fleet.storm": fleet.storm,
        "fleet.start_transactions": fleet.start_transactions,
        "fleet.closed": fleet.closed,
        "fleet.open": fleet.open,
        "fleet.heartbeats": fleet.heartbeats,
        "fleet.idle": fleet.idle,
        "journal.begin": journal.begin,
        "journal.end": journal.end,
        "orders.send": orders.send,
    }


async def serve(address: Address) -> None:
    """Work off jobs until standard input ends."""
    loop = asyncio.get_running_loop()
    known = jobs(address)
    while line := await loop.run_in_executor(None, sys.stdin.readline):
        job = orjson.loads(line)
        before = time.process_time()
        report = await known[job.pop("do")](**job)
        report["generator_cpu_s"] = time.process_time() - before
        print(orjson.dumps(report).decode(), flush=True)


if __name__ == "__main__":
    uvloop.run(serve(Address(sys.argv[1], int(sys.argv[2]), sys.argv[3])))
