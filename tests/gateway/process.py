"""The real gateway in a process of its own, on the database of the running test."""

import contextlib
import itertools
import os
import signal
import socket
import subprocess
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TypeVar

from django.conf import settings
from django.db import connections
from django.db.models import Model

from cpms.ops import serve

T = TypeVar("T")
M = TypeVar("M", bound=Model)
# A start takes two seconds, and many times that on a machine that is busy with other things.
START_S = 90


def _ours() -> Iterator[int]:
    """Ports that no test run beside this one picks, below those the system hands out, one after another.

    A port that is free now may be somebody's before our server has it, and we would talk to the gateway of another
    test. Whoever has bound the first port of a hundred, and holds it, has them all.
    """
    for first in range(20_000, 32_000, 100):
        with contextlib.suppress(OSError):
            _held.bind(("127.0.0.1", first))
            return itertools.cycle(range(first + 1, first + 100))
    raise OSError("no free port")


_held = socket.socket()
_ports = _ours()


def free_port() -> int:
    """A port of ours that nobody listens on."""
    for port in itertools.islice(_ports, 99):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)):
                return port
    raise OSError("no free port")


def eventually(check: Callable[[], T], within_s: float = 20.0) -> T:
    """Wait until `check` gives something true; fails with what it gave last."""
    end = time.monotonic() + within_s
    while not (value := check()):
        assert time.monotonic() < end, f"not within {within_s} s: {value!r}"
        time.sleep(0.02)
    return value


def again(row: M) -> M:
    """The same row as it now stands."""
    row.refresh_from_db()
    return row


def database_url() -> str:
    """The test database as a URL."""
    given = connections["default"].settings_dict
    return "postgresql://{USER}:{PASSWORD}@{HOST}:{PORT}/{NAME}".format(**given)


class Gateway:
    """uvicorn with our protocol class, as in production; `settings` go into its environment."""

    def __init__(
        self, port: int, home: Path, settings: Mapping[str, str] | None = None, host: str = "127.0.0.1"
    ) -> None:
        self.host, self.port = host, port
        self.settings = dict(settings or {})
        self.sockets: list[object] = []
        self._log = home / "gateway.log"
        self._read_from = 0
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> "Gateway":
        """Start it and wait until it answers."""
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                serve.gateway_command(self.host, self.port), env=self.environment, stdout=log, stderr=log
            )
        eventually(self._answers, START_S)
        return self

    @property
    def environment(self) -> dict[str, str]:
        """What the process gets."""
        ours = {
            "DJANGO_SETTINGS_MODULE": "cpms.settings.test",
            "DATABASE_URL": database_url(),
            "REDIS_PREFIX": settings.REDIS_PREFIX,
            "CPMS_PROCESS": "gateway",
        }
        return os.environ | ours | self.settings

    def _answers(self) -> bool:
        assert self.is_running, self.log()
        with socket.socket() as probe:
            return probe.connect_ex((self.host, self.port)) == 0

    @property
    def pid(self) -> int:
        """The process id."""
        assert self._process is not None
        return self._process.pid

    @property
    def is_running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to the process."""
        assert self._process is not None
        self._process.send_signal(number)

    def wait(self, timeout_s: float = 10.0) -> int:
        """The exit code."""
        assert self._process is not None
        return self._process.wait(timeout_s)

    def kill(self) -> None:
        """SIGKILL: nothing is tidied up."""
        self.signal(signal.SIGKILL)
        self.wait()

    def stop(self) -> None:
        """Ask it to end, insist after a while."""
        if self.is_running:
            self.signal(signal.SIGTERM)
            try:
                self.wait()
            except subprocess.TimeoutExpired:
                self.kill()

    def log(self) -> str:
        """What it wrote since `forget_log`."""
        return self._log.read_bytes()[self._read_from :].decode(errors="replace")

    def forget_log(self) -> None:
        """Look only at what is written from now on."""
        self._read_from = self._log.stat().st_size

    def url(self, path: str) -> str:
        """The address of a charger, path as typed into it."""
        return f"ws://{self.host}:{self.port}/ocpp/{path}"

    def http_status(self, path: str) -> int:
        """The status of a plain GET."""
        try:
            with urllib.request.urlopen(f"http://{self.host}:{self.port}{path}", timeout=5) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as error:
            return error.code

    def hang_up_all(self) -> None:
        """Close whatever sockets a test left open."""
        sockets, self.sockets = self.sockets, []
        for each in sockets:
            each.close()  # type: ignore[attr-defined]
