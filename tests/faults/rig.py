"""The product as real processes that can be killed: own PostgreSQL and Redis, gateways, a worker, a simulated fleet.

with Rig(tmp_path, gateways=2) as rig:
    rig.start()
    fleet = rig.start_fleet("--stations", "100")
    rig.kill("postgres")
    print(fleet.finish(60))

Chargers find all gateways at one address: a relay gives each new connection to the next gateway that answers.
"""

import contextlib
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar

from cpms.ops import serve
from cpms.ops.local import ROOT
from cpms.ops.services import PrivateServices
from cpms.ops.services.process import end_with_parent, free_port
from cpms.ops.services.server import PrivateServer

from .proxy import FaultProxy

T = TypeVar("T")
HOST = "127.0.0.1"


def eventually(check: Callable[[], T], within_s: float) -> T:
    """Wait until `check` gives something true; fails with what it gave last."""
    end = time.monotonic() + within_s
    while not (value := check()):
        assert time.monotonic() < end, f"not within {within_s} s: {value!r}"
        time.sleep(0.05)
    return value


class Fleet:
    """A running `manage.py simulate`."""

    def __init__(self, process: subprocess.Popen[str], ledger: Path) -> None:
        self.process = process
        self.ledger = ledger

    def is_charging(self) -> bool:
        """Whether the first charge has begun."""
        assert self.process.poll() is None, "the fleet ended"
        return self.ledger.exists() and self.ledger.stat().st_size > 0

    def finish(self, within_s: float) -> tuple[int, str]:
        """Let everybody leave and every queue empty; exit code and what the comparison said."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        return self.wait(within_s)

    def wait(self, within_s: float) -> tuple[int, str]:
        """As `finish`, but at the end of the fleet's own time."""
        output, _ = self.process.communicate(timeout=within_s)
        return self.process.returncode, output


class Rig:
    """Everything it needs is its own; `home` keeps the logs and the ledger."""

    def __init__(self, home: Path, gateways: int = 1) -> None:
        self.home = home
        self.services = PrivateServices(home / "services", given={}, durable=True)
        ports = [free_port() for _ in range(gateways)]
        self._commands = {f"gateway {port}": serve.gateway_command(HOST, port) for port in ports}
        self._commands["worker"] = serve.worker_command()
        self._health = [f"http://{HOST}:{port}/readyz" for port in ports]
        self._relay = FaultProxy(free_port(), *((HOST, port) for port in ports))
        self._processes: dict[str, subprocess.Popen[bytes]] = {}
        self._fleets: list[Fleet] = []

    def __enter__(self) -> Self:
        self.services.start()
        self._relay.mend()
        self.manage("migrate", "--noinput")
        self.manage("first_admin")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for process in self._processes.values():
            _end(process)
        for fleet in self._fleets:
            if fleet.process.poll() is None:
                fleet.process.kill()
                fleet.process.wait()
        self._relay.__exit__()
        self.services.stop()
        self.services.forget()

    @property
    def environment(self) -> dict[str, str]:
        ours = {
            "DJANGO_SETTINGS_MODULE": "cpms.settings.test",
            "OCPP_PUBLIC_URL": f"ws://{HOST}:{self._relay.port}/ocpp",
            "CPMS_VAR": str(self.home),
            "PYTHONUNBUFFERED": "1",
        }
        return os.environ | self.services.environment | ours

    @property
    def gateways(self) -> list[str]:
        """The names of the gateways, for `kill`."""
        return [name for name in self._commands if name != "worker"]

    def manage(self, *arguments: str) -> str:
        """What a management command prints."""
        command = [sys.executable, "manage.py", *arguments]
        done = subprocess.run(command, cwd=ROOT, env=self.environment, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def start(self, *, worker: bool = True) -> None:
        """Start gateways and worker, with the command lines of `make run`; `answers` says when they are there."""
        for name in self.gateways:
            self._start(name)
        if worker:
            self._start("worker")

    def answers(self) -> bool:
        """Whether all gateways take connections and reach the database."""
        return all(_answers(url) for url in self._health)

    def start_fleet(self, *arguments: str) -> Fleet:
        """Start `manage.py simulate` with these arguments and a ledger of its own."""
        ledger = self.home / f"ledger-{len(self._fleets)}.jsonl"
        process = subprocess.Popen(
            [sys.executable, "manage.py", "simulate", "--ledger", str(ledger), *arguments],
            cwd=ROOT,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            preexec_fn=end_with_parent(signal.SIGKILL),
        )
        fleet = Fleet(process, ledger)
        self._fleets.append(fleet)
        return fleet

    def kill(self, name: str) -> None:
        """SIGKILL, then start it again; PostgreSQL and Redis answer again when this returns."""
        if name in self._processes:
            _end(self._processes[name])
            self._start(name)
        else:
            servers: dict[str, PrivateServer | None] = {
                "postgres": self.services.postgres, "redis": self.services.redis,
            }  # fmt: skip
            _kill_server(servers[name])

    def _start(self, name: str) -> None:
        with (self.home / f"{name.split()[0]}.log").open("ab") as log:
            self._processes[name] = subprocess.Popen(
                self._commands[name],
                cwd=ROOT,
                env=self.environment | {"CPMS_PROCESS": name.split()[0]},
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=end_with_parent(signal.SIGKILL),
            )


def _end(process: subprocess.Popen[bytes]) -> None:
    """With the children of its own, which would fight with their successors over work."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _kill_server(server: PrivateServer | None) -> None:
    assert server is not None
    assert server.process is not None
    server.process.kill()
    server.process.wait()
    server.start()


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=3) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False
