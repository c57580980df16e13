"""Row 13: a fleet in sessions for a long time."""

from contextlib import ExitStack

from .cpu import tree_memory_kb
from .driver import Generator
from .effort import Effort
from .figures import Figure, Goal, sum_errors
from .ground import Ground

# What was put by for later is all there after this share of the time; growth counts from then on.
WARM_SHARE = 0.2


def in_sessions(ground: Ground, effort: Effort) -> list[Figure]:
    """Lost answers and closed sockets, and how much the gateway's memory grows after it has warmed up."""
    seconds = effort.soak_minutes * 60
    with ExitStack() as stack:
        server = stack.enter_context(ground.gateway())
        generator = stack.enter_context(Generator(ground, server))
        reports = [
            generator.run("fleet.connect", count=effort.soak),
            generator.run("fleet.start_transactions"),
            generator.run("fleet.open", rate=effort.soak_rate, seconds=seconds * WARM_SHARE),
        ]
        warm = tree_memory_kb(server.pid)
        reports.append(generator.run("fleet.open", rate=effort.soak_rate, seconds=seconds * (1 - WARM_SHARE)))
        growth = 100 * (tree_memory_kb(server.pid) / warm - 1)
    errors = sum_errors(reports)
    name = f"{effort.soak} chargers in sessions for {effort.soak_minutes:g} min at {effort.soak_rate:g} msg/s"
    return [
        Figure(13, f"{name}: lost answers, closed sockets", Goal(0, ""), sum(errors.values()), errors),
        Figure(13, f"{name}: memory growth", Goal(5, "%"), growth, errors),
    ]
