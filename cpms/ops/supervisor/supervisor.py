"""Brings the product up in order, keeps it up, and brings it down."""

import asyncio
import contextlib
import signal
import time
from collections.abc import AsyncIterator, Callable
from typing import Any

from ..services import PrivateServer, PrivateServices
from ..services.account import server_environment
from .child import Child
from .plan import ProcessSpec, Product, child_environment, processes
from .prepared import prepare

READY_PATIENCE_S = 90.0
SERVER_READY_PATIENCE_S = 30.0
# Together under five seconds: first what serves people, then what keeps the facts.
PROCESS_PATIENCE_S = 3.2
SERVER_PATIENCE_S = 1.5


class Supervisor:
    """The parent of every process. `say` prints one message to the person at the terminal."""

    def __init__(self, product: Product, say: Callable[[str], None]) -> None:
        self._product = product
        self._say = say
        self._servers: list[Child] = []
        self._processes: list[Child] = []

    async def run(self, ready: Callable[[dict[str, Any]], None]) -> None:
        """Starts everything, calls `ready` with the sign-ins, and returns after SIGINT or SIGTERM.

        Raises ServiceError or ChildError when something cannot be started; nothing is left running then.
        """
        async with _stop_signals() as stop:
            try:
                await _unless(stop, self._up(ready))
            finally:
                await self._down()

    async def _up(self, ready: Callable[[dict[str, Any]], None]) -> None:
        services = await self._start_servers()
        plan = self._product
        environment = child_environment(plan.addresses, plan.local) | services.environment
        data = await prepare(plan, environment, may_skip=services.postgres is not None)
        await self._start_processes(environment)
        ready(data)
        await asyncio.Event().wait()

    async def _start_servers(self) -> PrivateServices:
        services = PrivateServices(self._product.var)
        for server in services.servers:
            await asyncio.to_thread(server.prepare)
            child = Child(_server_spec(server), self._say)
            self._servers.append(child)
            await child.start()
        for server in services.servers:
            await _until_answers(server)
        return services

    async def _start_processes(self, environment: dict[str, str]) -> None:
        specs = processes(self._product, environment)
        serving = [spec for spec in specs if spec.health]
        following = [spec for spec in specs if not spec.health]
        for spec in serving:
            await self._start_process(spec)
        for child in self._processes:
            await child.wait_ready(READY_PATIENCE_S)
        for spec in following:
            await self._start_process(spec)

    async def _start_process(self, spec: ProcessSpec) -> None:
        child = Child(spec, self._say)
        self._processes.append(child)
        await child.start()

    async def _down(self) -> None:
        """Ends the processes together, then Redis and PostgreSQL, which they write to until the end."""
        await asyncio.gather(*(child.stop(PROCESS_PATIENCE_S) for child in self._processes))
        await asyncio.gather(*(child.stop(SERVER_PATIENCE_S) for child in self._servers))


def _server_spec(server: PrivateServer) -> ProcessSpec:
    return ProcessSpec(
        name=server.data.name,
        command=server.command(),
        environment=server_environment(),
        log=server.log,
        folder=server.data,
        stop_signal=server.stop_signal,
        spawn_options=server.account.spawn_options(),
    )


async def _until_answers(server: PrivateServer) -> None:
    """Like `server.wait_ready`, but a signal is heeded between two questions."""
    deadline = time.monotonic() + SERVER_READY_PATIENCE_S
    while not await asyncio.to_thread(server.answers):
        if time.monotonic() > deadline:
            raise server.failure()
        await asyncio.sleep(0.05)


@contextlib.asynccontextmanager
async def _stop_signals() -> AsyncIterator[asyncio.Event]:
    """An event that SIGINT, SIGTERM and SIGHUP set; a repeated signal changes nothing."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(number, stop.set)
    yield stop


async def _unless(stop: asyncio.Event, work: Any) -> None:
    """Runs `work` until it ends or `stop` is set; an error of `work` is raised here."""
    task = asyncio.ensure_future(work)
    stopped = asyncio.ensure_future(stop.wait())
    await asyncio.wait({task, stopped}, return_when=asyncio.FIRST_COMPLETED)
    stopped.cancel()
    if not task.done():
        task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task
