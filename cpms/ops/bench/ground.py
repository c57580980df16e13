"""What every measurement stands on: private durable servers, a fresh database, registered stations, processes."""

import json
import os
import secrets
import shutil
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import psycopg

from ..local import ROOT, VAR, local_environment
from ..serve import gateway_command, web_command
from ..services import PrivateServices
from ..services.process import end_with_parent, free_port, stop_server

HOST = "127.0.0.1"
START_S = 30.0
LOG = VAR / "log" / "bench.log"


class BenchError(Exception):
    """Something did not start or did not answer; no figure can be trusted."""


class Ground:
    """Private PostgreSQL and Redis with fsync on, migrated, with `stations` registered; gone afterwards."""

    def __init__(self, stations: int, home: Path | None = None) -> None:
        self.home = home or VAR / f"bench-{os.getpid()}"
        self.password = secrets.token_urlsafe(24)
        self.services = PrivateServices(self.home, given={})
        self.environment = os.environ | local_environment(self.home) | self.services.environment
        self.environment["DJANGO_SETTINGS_MODULE"] = "cpms.settings.dev"
        self.stations: list[str] = []
        self.api_key = ""
        self._count = stations

    def __enter__(self) -> Self:
        try:
            self.services.start()
            self._run("manage.py", "migrate", "--verbosity", "0")
            enlisted = json.loads(self._run("-m", f"{__package__}.enlist", str(self._count), self.password))
        except BaseException:
            self._forget()
            raise
        self.stations, self.api_key = enlisted["stations"], enlisted["api_key"]
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._forget()

    def _forget(self) -> None:
        self.services.stop()
        self.services.forget()
        shutil.rmtree(self.home, ignore_errors=True)

    def _run(self, *arguments: str) -> str:
        done = subprocess.run(
            [sys.executable, *arguments], cwd=ROOT, env=self.environment, capture_output=True, text=True
        )
        if done.returncode:
            raise BenchError(f"{' '.join(arguments[:2])} failed: {done.stderr.strip()[-500:]}")
        return done.stdout

    @property
    def postgres_pid(self) -> int:
        """The postmaster."""
        assert self.services.postgres is not None
        assert self.services.postgres.process is not None
        return self.services.postgres.process.pid

    def connect(self) -> "psycopg.Connection[tuple[Any, ...]]":
        """A connection of the bench's own, beside the product's."""
        return psycopg.connect(self.environment["DATABASE_URL"], autocommit=True)

    def gateway(self, server: str = "uvicorn") -> "Server":
        """A gateway process, not started yet, on `uvicorn` or `daphne`."""
        command = {"uvicorn": gateway_command, "daphne": web_command}[server]
        port = free_port()
        return Server(command(HOST, port), port, self)

    def web(self) -> "Server":
        """The process for pages and API, not started yet."""
        port = free_port()
        return Server(web_command(HOST, port), port, self)


class Server:
    """One server process of the product; started by `with`."""

    def __init__(self, command: list[str], port: int, ground: Ground) -> None:
        self.command, self.port = command, port
        self._environment, self._log = ground.environment, LOG
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        assert self.process is not None
        return self.process.pid

    def start(self) -> None:
        """Start it and wait until it answers."""
        self._log.parent.mkdir(parents=True, exist_ok=True)
        with self._log.open("ab") as log:
            self.process = subprocess.Popen(
                self.command, cwd=ROOT, env=self._environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                start_new_session=True, preexec_fn=end_with_parent(signal.SIGTERM),
            )  # fmt: skip
        end = time.monotonic() + START_S
        while not self._answers():
            if self.process.poll() is not None or time.monotonic() > end:
                raise BenchError(f"{self.command[2]} does not start: {self._log.read_text()[-500:]}")
            time.sleep(0.05)

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"http://{HOST}:{self.port}/healthz", timeout=2) as answer:
                return bool(answer.status == 200)
        except (urllib.error.URLError, OSError):
            return False

    def kill(self) -> None:
        """SIGKILL, as by the kernel."""
        os.kill(self.pid, signal.SIGKILL)
        assert self.process is not None
        self.process.wait()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.process is not None:
            stop_server(self.process, signal.SIGTERM)
