"""Brings the product up in order, keeps it up, and brings it down."""

import asyncio
import contextlib
import json
import signal
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..services import PrivatePostgres, PrivateRedis, PrivateServices
from ..services.account import server_environment
from .child import Child, ChildError, tail
from .plan import Addresses, ProcessSpec, child_environment, manage, product

READY_PATIENCE_S = 90.0
# Together under five seconds: first what serves people, then what keeps the facts.
PROCESS_PATIENCE_S = 3.0
SERVER_PATIENCE_S = 1.7


@dataclass(frozen=True, slots=True)
class Product:
    """What to run: where it lives, where it listens, and whether the demo is part of it."""

    root: Path
    var: Path
    addresses: Addresses
    local: Mapping[str, str]
    demo: bool

    @property
    def log(self) -> Path:
        return self.var / "log"


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
        environment = await self._start_servers()
        await self._run_once("migrate", environment, "--noinput")
        data = await self._first_data(environment)
        await self._start_processes(environment)
        ready(data)
        await asyncio.Event().wait()

    async def _start_servers(self) -> dict[str, str]:
        services = PrivateServices(self._product.var)
        for server in services.servers:
            await asyncio.to_thread(server.prepare)
            child = Child(_server_spec(server), self._say)
            self._servers.append(child)
            await child.start()
        for server in services.servers:
            await asyncio.to_thread(server.wait_ready)
        return child_environment(self._product.addresses, self._product.local) | services.environment

    async def _first_data(self, environment: dict[str, str]) -> dict[str, Any]:
        """The sign-ins: of the demo, or of the first administrator."""
        command = "seed_demo" if self._product.demo else "first_admin"
        lines = (await self._run_once(command, environment, "--json")).splitlines()
        answer: dict[str, Any] = json.loads(lines[-1])
        return answer

    async def _start_processes(self, environment: dict[str, str]) -> None:
        plan = self._product
        specs = product(plan.addresses, environment, plan.root, plan.log, fleet=plan.demo)
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

    async def _run_once(self, command: str, environment: dict[str, str], *arguments: str) -> str:
        """Runs one management command to its end and returns what it printed. Raises ChildError."""
        log = self._product.log / f"{command}.log"
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("wb") as errors:
            process = await asyncio.create_subprocess_exec(
                *manage(command, *arguments),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.PIPE,
                stderr=errors,
                cwd=self._product.root,
                env=environment,
            )
            try:
                output, _ = await process.communicate()
            except asyncio.CancelledError:
                with contextlib.suppress(ProcessLookupError):
                    process.kill()
                raise
        if process.returncode:
            raise ChildError(f"`manage.py {command}` failed; {tail(log)}")
        return output.decode()

    async def _down(self) -> None:
        """Ends the processes together, then Redis and PostgreSQL, which they write to until the end."""
        await asyncio.gather(*(child.stop(PROCESS_PATIENCE_S) for child in self._processes))
        await asyncio.gather(*(child.stop(SERVER_PATIENCE_S) for child in self._servers))


def _server_spec(server: PrivatePostgres | PrivateRedis) -> ProcessSpec:
    return ProcessSpec(
        name=server.data.name,
        command=server.command(),
        environment=server_environment(),
        log=server.log,
        folder=server.data,
        stop_signal=server.stop_signal,
        spawn_options=server.account.spawn_options(),
    )


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
