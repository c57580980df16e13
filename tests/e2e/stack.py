"""The product for the browser: web and gateway as production starts them, on a demo database of their own."""

import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import psycopg
from psycopg import sql

from cpms.ops import serve
from cpms.ops.local import ROOT
from cpms.ops.services.process import end_with_parent, free_port
from tests.stripe.foreign import KEY, SECRET
from tests.template import database_url, template

from .post import PostOffice

T = TypeVar("T")
HOST = "127.0.0.1"
START_S = 90.0


def eventually(check: Callable[[], T], within_s: float = 20.0) -> T:
    """Wait until `check` gives something true; fails with what it gave last."""
    end = time.monotonic() + within_s
    while not (value := check()):
        assert time.monotonic() < end, f"not within {within_s} s: {value!r}"
        time.sleep(0.1)
    return value


class Stack:
    """`name` is its database; passwords of the demo and logs lie in `home`."""

    def __init__(self, home: Path, name: str) -> None:
        self.home, self.name = home, name
        self.web_port, self.ocpp_port = free_port(), free_port()
        self.web = f"http://{HOST}:{self.web_port}"
        self.ocpp = f"ws://{HOST}:{self.ocpp_port}/ocpp"
        # Where Stripe is as far as the product knows; tests that pay with it put something there.
        self.stripe_port = free_port()
        self.post = PostOffice()
        self.demo: dict[str, Any] = {}
        self._processes: list[subprocess.Popen[bytes]] = []
        self._read: dict[Path, int] = {}

    def start(self) -> "Stack":
        """Make and fill the database, start both servers, wait until they answer."""
        self._sql("DROP DATABASE IF EXISTS {} WITH (FORCE)", f"CREATE DATABASE {{}} TEMPLATE {template()}")
        seeded = self.manage("seed_demo", "--json", "--folder", str(self.home))
        self.demo = json.loads(seeded.splitlines()[-1])
        self.serve("web", serve.web_command(HOST, self.web_port))
        self.serve("gateway", serve.gateway_command(HOST, self.ocpp_port))
        for port in (self.web_port, self.ocpp_port):
            self.answers(port)
        return self

    def stop(self) -> None:
        """End the servers and drop the database."""
        for process in self._processes:
            process.terminate()
        for process in list(self._processes):
            self.end(process)
        self.post.close()
        self._sql("DROP DATABASE IF EXISTS {} WITH (FORCE)")

    def end(self, process: subprocess.Popen[bytes]) -> None:
        """End one process, the hard way if it takes long."""
        self._processes.remove(process)
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()

    def manage(self, *arguments: str) -> str:
        """What a management command prints."""
        command = [sys.executable, "manage.py", *arguments]
        done = subprocess.run(command, cwd=ROOT, env=self._environment(), capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def password(self, identity: str) -> str:
        """The password of a station of the demo."""
        kept = json.loads((self.home / "demo-fleet.json").read_text())
        return str(kept["passwords"][identity])

    def rows(self, query: str, *values: Any) -> list[tuple[Any, ...]]:
        """What the database holds."""
        with psycopg.connect(database_url(self.name), autocommit=True) as connection:
            return connection.execute(query, values).fetchall()  # type: ignore[arg-type]

    def api(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        """The JSON answer of the API; a refusal fails with its problem."""
        sent = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{self.web}/api/v1/{path}", sent, method=method)
        request.add_header("Authorization", f"Bearer {self.demo['api_key']}")
        request.add_header("Content-Type", "application/json")
        for name, value in headers.items():
            request.add_header(name, value)
        try:
            with urllib.request.urlopen(request, timeout=40) as answer:
                return json.loads(answer.read() or b"null")
        except urllib.error.HTTPError as error:
            raise AssertionError(f"{method} {path}: {error.code} {error.read().decode()}") from None

    def news(self) -> str:
        """What the servers logged since the last look."""
        return "".join(self._tail(log) for log in self.home.glob("*.log"))

    def _tail(self, log: Path) -> str:
        text = log.read_bytes()[self._read.get(log, 0) :]
        self._read[log] = self._read.get(log, 0) + len(text)
        return text.decode(errors="replace")

    def serve(self, role: str, command: list[str], **more: str) -> subprocess.Popen[bytes]:
        """Start one process of the product; it ends with the stack if nobody ends it before. `more` it is told."""
        environment = self._environment() | {"CPMS_PROCESS": role} | more
        with (self.home / f"{role}.log").open("wb") as log:
            process = subprocess.Popen(
                command,
                cwd=ROOT,
                env=environment,
                stdout=log,
                stderr=log,
                preexec_fn=end_with_parent(signal.SIGTERM),
            )
        self._processes.append(process)
        return process

    def answers(self, port: int) -> None:
        """Wait until the server on this port does."""
        eventually(lambda: self._answers(port), START_S)

    def _answers(self, port: int) -> bool:
        assert all(process.poll() is None for process in self._processes), self.news()
        try:
            with urllib.request.urlopen(f"http://{HOST}:{port}/healthz", timeout=5) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False

    def _environment(self) -> dict[str, str]:
        ours = {
            "DJANGO_SETTINGS_MODULE": "cpms.settings.test",
            "DATABASE_URL": database_url(self.name),
            "REDIS_PREFIX": self.name,
            "PUBLIC_URL": self.web,
            "OCPP_PUBLIC_URL": self.ocpp,
            "TEST_SMTP_PORT": str(self.post.port),
            "STRIPE_API_URL": f"http://{HOST}:{self.stripe_port}",
            "STRIPE_SECRET_KEY": KEY,
            "STRIPE_WEBHOOK_SECRET": SECRET,
            "PYTHONUNBUFFERED": "1",
        }
        return os.environ | ours

    def _sql(self, *statements: str) -> None:
        with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as connection:
            for statement in statements:
                connection.execute(sql.SQL(statement).format(sql.Identifier(self.name)))  # type: ignore[arg-type]
