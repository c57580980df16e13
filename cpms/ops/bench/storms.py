"""Rows 7 and 8: chargers that only stay connected, and chargers that all come back at once."""

from contextlib import ExitStack

from .cpu import tree_memory_kb
from .driver import Generator
from .effort import Effort
from .figures import Figure, Goal, middle, sum_errors
from .ground import Ground

SETTLE_S = 3.0


def idle(ground: Ground, effort: Effort) -> list[Figure]:
    """Row 7: a large fleet that only stays connected: how long until all booted, what each costs, who is dropped."""
    few = max(1, effort.idle // 10)
    with ExitStack() as stack:
        server = stack.enter_context(ground.gateway())
        generator = stack.enter_context(Generator(ground, server))
        first = [generator.run("fleet.connect", count=few), generator.run("fleet.idle", seconds=SETTLE_S)]
        before = tree_memory_kb(server.pid)
        came = generator.run("fleet.connect", count=effort.idle)
        stayed = generator.run("fleet.idle", seconds=effort.idle_s)
        grown = tree_memory_kb(server.pid) - before
    errors = sum_errors([*first, came, stayed])
    name, rest = f"{effort.idle} idle chargers", effort.idle - few
    return [
        Figure(7, f"{name}: memory of each", Goal(45, "kB"), grown / rest, errors),
        Figure(7, f"{name}: the last {rest} connected and booted", Goal(45, "s"), came["seconds"], errors),
        Figure(
            7,
            f"{name}: dropped in {effort.idle_s:g} s",
            Goal(0, ""),
            stayed["errors"].get("closed", 0),
            errors,
        ),
    ]


def reconnects(ground: Ground, effort: Effort) -> list[Figure]:
    """Row 8: all sockets cut, all chargers back and booted."""
    with ExitStack() as stack:
        server = stack.enter_context(ground.gateway())
        generator = stack.enter_context(Generator(ground, server))
        first = generator.run("fleet.connect", count=effort.storm)
        storms = [generator.run("fleet.storm") for _ in range(effort.runs)]
    name = f"storm of {effort.storm} reconnects until all booted"
    return [Figure(8, name, Goal(5, "s"), middle(s["seconds"] for s in storms), sum_errors([first, *storms]))]
