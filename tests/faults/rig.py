"""The product as real processes that can be killed: own PostgreSQL and Redis, a gateway, a simulated fleet.

with Rig(tmp_path) as rig:
    rig.start_gateway()
    fleet = rig.start_fleet("--stations", "100")
    rig.kill_postgres()
    print(fleet.finish())
"""

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

    def __init__(self, home: Path) -> None:
        self.home = home
        self.port = free_port()
        self.services = PrivateServices(home / "services", given={}, durable=True)
        self.gateway: subprocess.Popen[bytes] | None = None
        self._fleets: list[Fleet] = []

    def __enter__(self) -> Self:
        self.services.start()
        self.manage("migrate", "--noinput")
        self.manage("first_admin")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for process in [self.gateway, *(fleet.process for fleet in self._fleets)]:
            if process is not None and process.poll() is None:
                process.kill()
                process.wait()
        self.services.stop()
        self.services.forget()

    @property
    def environment(self) -> dict[str, str]:
        ours = {
            "DJANGO_SETTINGS_MODULE": "cpms.settings.test",
            "OCPP_PUBLIC_URL": f"ws://{HOST}:{self.port}/ocpp",
            "PYTHONUNBUFFERED": "1",
        }
        return os.environ | self.services.environment | ours

    def manage(self, *arguments: str) -> str:
        """What a management command prints."""
        command = [sys.executable, "manage.py", *arguments]
        done = subprocess.run(command, cwd=ROOT, env=self.environment, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def start_gateway(self) -> None:
        """Start it, with the command line of `make run`; `gateway_answers` says when it is there."""
        with (self.home / "gateway.log").open("ab") as log:
            self.gateway = subprocess.Popen(
                serve.gateway_command(HOST, self.port),
                cwd=ROOT,
                env=self.environment | {"CPMS_PROCESS": "gateway"},
                stdout=log,
                stderr=log,
                preexec_fn=end_with_parent(signal.SIGKILL),
            )

    def gateway_answers(self) -> bool:
        """Whether the gateway takes connections and reaches the database."""
        try:
            with urllib.request.urlopen(f"http://{HOST}:{self.port}/healthz", timeout=2) as answer:
                return bool(answer.status == 200)
        except (urllib.error.URLError, OSError):
            return False

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

    def kill_gateway(self) -> None:
        """SIGKILL, then start it again."""
        assert self.gateway is not None
        self.gateway.kill()
        self.gateway.wait()
        self.start_gateway()

    def kill_postgres(self) -> None:
        """SIGKILL of the postmaster, then start it again; returns when it has recovered."""
        postgres = self.services.postgres
        assert postgres is not None
        assert postgres.process is not None
        postgres.process.kill()
        postgres.process.wait()
        postgres.start()
