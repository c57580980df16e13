"""Rows 1 to 5: a working fleet, as fast as it gets answers and at a fixed rate."""

from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

from .cpu import tree_cpu_s
from .driver import Generator
from .effort import Effort
from .figures import Figure, Goal, middle, sum_errors
from .ground import Ground, Server

WARM_UP_S = 2.0
_STORED = """
SELECT (SELECT count(*) FROM chargers_metervalue), (SELECT count(*) FROM chargers_messageexchange)
"""


@dataclass(frozen=True, slots=True)
class Costed:
    """A report of the generator with what the servers spent meanwhile, in microseconds per message."""

    report: dict[str, Any]
    server_us: float
    database_us: float

    @property
    def rate(self) -> float:
        """Answered messages a second."""
        answered: float = self.report["answered"]
        return answered / float(self.report["seconds"])


def costed(ground: Ground, server: Server, generator: Generator, job: str, **arguments: Any) -> Costed:
    """Have a job done and weigh it; what was answered and is not stored exactly once is an error."""
    stored = _stored(ground)
    before = tree_cpu_s(server.pid), tree_cpu_s(ground.postgres_pid)
    report = generator.run(job, **arguments)
    after = tree_cpu_s(server.pid), tree_cpu_s(ground.postgres_pid)
    for kind, count in _difference(report["answers"], stored, _stored(ground)).items():
        report["errors"][kind] = count
    each = 1e6 / max(1, report["answered"])
    return Costed(report, (after[0] - before[0]) * each, (after[1] - before[1]) * each)


def _stored(ground: Ground) -> tuple[int, int]:
    """How many readings and exchanges there are."""
    with ground.connect() as connection:
        row = connection.execute(_STORED).fetchone()
    assert row is not None
    return row[0], row[1]


def _difference(answers: dict[str, int], before: tuple[int, int], after: tuple[int, int]) -> dict[str, int]:
    """What is missing or too much; heartbeats are counted, not stored."""
    exchanges = sum(answers.values()) - answers.get("Heartbeat", 0)
    off = {
        "readings not stored once": abs(after[0] - before[0] - answers.get("MeterValues", 0)),
        "exchanges not stored once": abs(after[1] - before[1] - exchanges),
    }
    return {kind: count for kind, count in off.items() if count}


def _closed(ground: Ground, effort: Effort, kind: str) -> tuple[list[Costed], dict[str, int]]:
    """Closed-loop runs on a gateway of its own, and all that went wrong."""
    with ExitStack() as stack:
        server = stack.enter_context(ground.gateway(kind))
        generator = stack.enter_context(Generator(ground, server))
        prepared = [
            generator.run("fleet.connect", count=effort.chargers),
            generator.run("fleet.start_transactions"),
            generator.run("fleet.closed", seconds=min(WARM_UP_S, effort.seconds)),
        ]
        runs = [
            costed(ground, server, generator, "fleet.closed", seconds=effort.seconds)
            for _ in range(effort.runs)
        ]
    return runs, sum_errors([*prepared, *(run.report for run in runs)])


def on_uvicorn(ground: Ground, effort: Effort) -> list[Figure]:
    """Rows 1, 3 and 4."""
    runs, errors = _closed(ground, effort, "uvicorn")
    name = "CPU per durable fleet message"
    return [
        Figure(1, f"gateway {name} (uvicorn)", Goal(250, "us"), middle(r.server_us for r in runs), errors),
        Figure(3, f"PostgreSQL {name}", Goal(100, "us"), middle(r.database_us for r in runs), errors),
        Figure(
            4, f"durable messages a second, {effort.chargers} chargers", Goal(2000, "msg/s", at_least=True),
            middle(r.rate for r in runs), errors,
        ),
    ]  # fmt: skip


def on_daphne(ground: Ground, effort: Effort) -> list[Figure]:
    """Row 2."""
    runs, errors = _closed(ground, effort, "daphne")
    figure = middle(run.server_us for run in runs)
    return [Figure(2, "gateway CPU per durable fleet message (daphne)", Goal(450, "us"), figure, errors)]


def at_fixed_rate(ground: Ground, effort: Effort) -> list[Figure]:
    """Row 5; a message that still waits for its turn at the end is a backlog."""
    with ExitStack() as stack:
        server = stack.enter_context(ground.gateway())
        generator = stack.enter_context(Generator(ground, server))
        prepared = [
            generator.run("fleet.connect", count=effort.open_chargers),
            generator.run("fleet.start_transactions"),
        ]
        job = {"rate": effort.rate, "seconds": 2 * effort.seconds}
        runs = [costed(ground, server, generator, "fleet.open", **job) for _ in range(effort.runs)]
    errors = sum_errors([*prepared, *(run.report for run in runs)])
    name = f"{effort.rate:g} msg/s over {effort.open_chargers} chargers"
    return [
        Figure(5, f"{name}: p50", Goal(8, "ms"), middle(r.report["p50_ms"] for r in runs), errors),
        Figure(5, f"{name}: p99", Goal(50, "ms"), middle(r.report["p99_ms"] for r in runs), errors),
        Figure(
            5, f"{name}: backlog at the end", Goal(0, "msg"), middle(r.report["behind"] for r in runs), errors
        ),
    ]
