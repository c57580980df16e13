"""Rows 9 and 10: one charger stuck in the database, and processes that die."""

import contextlib
import os
import signal
import time
from collections import Counter
from contextlib import ExitStack
from typing import Any

import psycopg

from .cpu import tree
from .driver import Generator
from .effort import Effort
from .figures import Figure, Goal, middle, sum_errors
from .ground import Ground, Server
from .loads import IDENTITY

STALL_S = 1.0
HEARTBEATS = 200.0

_LOCK = "SELECT 1 FROM chargers_chargingstation WHERE identity = %s FOR UPDATE"
_STARTED = """
SELECT s.identity, t.reference, count(*), count(t.ended_at) FROM chargers_transaction t
JOIN chargers_chargingstation s ON s.id = t.station_id GROUP BY 1, 2
"""
_TWICE = """
SELECT count(*) FROM (SELECT 1 FROM chargers_transaction GROUP BY station_id, started_at HAVING count(*) > 1) twice
"""
_METERED = """
SELECT s.identity, to_char(m.taken_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'), count(*)
FROM chargers_metervalue m JOIN chargers_chargingstation s ON s.id = m.station_id
WHERE m.received_at >= %s GROUP BY 1, 2
"""


def stalled_charger(ground: Ground, effort: Effort) -> list[Figure]:
    """Row 9: while one charger's StartTransaction waits for a lock, the others' Heartbeats."""
    with ExitStack() as stack:
        server = stack.enter_context(ground.gateway())
        generator = stack.enter_context(Generator(ground, server))
        first = generator.run("fleet.connect", count=effort.chargers)
        runs = [_stall(ground, generator, effort.chargers) for _ in range(effort.runs)]
    errors = sum_errors([first, *runs])
    if min(run["stalled_p50_ms"] for run in runs) < STALL_S * 1000:
        errors["not stalled"] = 1
    name = "Heartbeat p99 while another charger is stalled 1 s in the database"
    return [Figure(9, name, Goal(25, "ms"), middle(run["p99_ms"] for run in runs), errors)]


def _stall(ground: Ground, generator: Generator, chargers: int) -> dict[str, Any]:
    with ground.connect() as connection, connection.transaction():
        connection.execute(_LOCK, [IDENTITY.format(chargers - 1)])
        generator.begin("fleet.heartbeats", rate=HEARTBEATS, seconds=STALL_S, stalled=1)
        time.sleep(STALL_S + 0.2)
    return generator.report()


def kills(ground: Ground, effort: Effort) -> list[Figure]:
    """Row 10: SIGKILL of the gateway and of PostgreSQL while sessions run; what was acknowledged is stored once."""
    with ExitStack() as stack:
        server = stack.enter_context(ground.gateway())
        generator = stack.enter_context(Generator(ground, server))
        first = generator.run("fleet.connect", count=min(100, effort.chargers))
        since = time.time()
        generator.run("journal.begin")
        for _ in range(effort.runs):
            _kill_both(ground, server, effort.seconds / 2)
        report = generator.run("journal.end")
    wrong = _compare(ground, report["books"], since)
    acknowledged = sum(len(book) for book in report["books"].values())
    errors = sum_errors([first, report, {"errors": wrong}])
    name = f"lost or doubled of {acknowledged} acknowledged, gateway and PostgreSQL killed {2 * effort.runs} times"
    return [Figure(10, name, Goal(0, "msg"), sum(wrong.values()), errors)]


def _kill_both(ground: Ground, server: Server, pause_s: float) -> None:
    time.sleep(pause_s)
    server.kill()
    server.start()
    time.sleep(pause_s)
    _kill_postgres(ground)
    time.sleep(pause_s)


def _kill_postgres(ground: Ground) -> None:
    """SIGKILL for the postmaster and all its children, then a start with crash recovery."""
    for pid in tree(ground.postgres_pid):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    assert ground.services.postgres is not None
    ground.services.postgres.stop()
    ground.services.postgres.start()


def _compare(ground: Ground, books: dict[str, list[list[Any]]], since: float) -> dict[str, int]:
    """What the books say was acknowledged and the database does not hold exactly once, by kind."""
    with ground.connect() as connection:
        transactions = {(who, int(ref)): (n, ended) for who, ref, n, ended in connection.execute(_STARTED)}
        metered = _readings(connection, since)
        twice = connection.execute(_TWICE).fetchone()
    wrong = Counter(
        {
            "starts": sum(transactions.get((w, r), (0, 0))[0] != 1 for w, r in books["started"]),
            "stops": sum(transactions.get((w, r), (0, 0))[1] != 1 for w, r in books["stopped"]),
            "readings": sum(metered.get((w, at)) != 1 for w, at in books["metered"]),
            "doubled starts": twice[0] if twice else 0,
        }
    )
    return dict(+wrong)


def _readings(connection: "psycopg.Connection[tuple[Any, ...]]", since: float) -> dict[tuple[str, str], int]:
    moment = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(since))
    return {(who, at): n for who, at, n in connection.execute(_METERED, [moment])}
