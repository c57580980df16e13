"""A private Redis under one folder."""

import os
import shutil
import signal
import subprocess
import time
from pathlib import Path

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from .account import account_for, make_private, reachable_home, readable_program
from .binaries import Installation, Source, redis_installations
from .errors import ServiceError
from .process import last_line, start_server, stop_server
from .record import Endpoint

NO_SNAPSHOTS = 'save ""'
SNAPSHOTS = "save 60 1"


class PrivateRedis:
    """Prepares, starts and stops one Redis. `durable=False` keeps everything in memory only, for tests."""

    stop_signal = signal.SIGTERM

    def __init__(self, home: Path, endpoint: Endpoint, *, source: Source, durable: bool = True) -> None:
        self.endpoint = endpoint
        self.durable = durable
        self.account = account_for(home / "redis")
        self.home = reachable_home(home, self.account)
        self.account = account_for(self.home / "redis")
        self.log = home / "log" / "redis.log"
        self.process: subprocess.Popen[bytes] | None = None
        self._source = source
        self._installation: Installation | None = None

    @property
    def data(self) -> Path:
        return self.home / "redis"

    def prepare(self) -> None:
        """Creates the folder, writes the configuration, ends a server left behind by a killed caller."""
        self._installation = self._choose()
        self._end_orphan()
        make_private(self.data, self.account)
        self._write_configuration()

    def command(self) -> list[str]:
        """The server's command line; call `prepare` first. `ps` does not show the password."""
        assert self._installation is not None
        return [str(readable_program(self._installation, self.account)), str(self._configuration)]

    def start(self, *, detached: bool = False) -> None:
        """Prepares and starts the server and waits until it answers."""
        self.prepare()
        self.process = start_server(
            self.command(), self.account, self.data, self.log, self.stop_signal, detached=detached
        )
        self.wait_ready()

    def wait_ready(self, patience_s: float = 15.0) -> None:
        deadline = time.monotonic() + patience_s
        while not self._answers(self.endpoint.port):
            ended = self.process is not None and self.process.poll() is not None
            if ended or time.monotonic() > deadline:
                raise ServiceError(f"Redis does not start: {last_line(self.log)}")
            time.sleep(0.05)

    def stop(self) -> None:
        if self.process is not None:
            stop_server(self.process, self.stop_signal)

    def forget(self) -> None:
        """Deletes the folder of the stopped server."""
        shutil.rmtree(self.data, ignore_errors=True)

    @property
    def _configuration(self) -> Path:
        return self.data / "redis.conf"

    def _choose(self) -> Installation:
        candidates = redis_installations(self._source)
        if not candidates:
            raise ServiceError(
                "no Redis found: install the package `redis-server`, or set REDIS_URL to a running one"
            )
        return candidates[0]

    def _write_configuration(self) -> None:
        lines = [
            "bind 127.0.0.1",
            f"port {self.endpoint.port}",
            f"requirepass {self.endpoint.password}",
            f'dir "{self.data}"',
            "daemonize no",
            SNAPSHOTS if self.durable else NO_SNAPSHOTS,
        ]
        self._configuration.unlink(missing_ok=True)
        with os.fdopen(os.open(self._configuration, os.O_CREAT | os.O_WRONLY, 0o600), "w") as file:
            file.write("\n".join(lines) + "\n")
        self.account.own(self._configuration)

    def _client(self, port: int) -> redis.Redis:
        """Without redis-py's own retries: a server that is not there yet is the normal case here."""
        return redis.Redis(
            port=port, password=self.endpoint.password, socket_timeout=2, retry=Retry(NoBackoff(), 0)
        )

    def _answers(self, port: int) -> bool:
        try:
            with self._client(port) as client:
                return bool(client.ping())
        except redis.RedisError:
            return False

    def _end_orphan(self) -> None:
        """Only a server with our password on the port of the last start is ours to end."""
        if not self._configuration.exists():
            return
        last = next(line for line in self._configuration.read_text().splitlines() if line.startswith("port "))
        port = int(last.removeprefix("port "))
        if self._answers(port):
            with self._client(port) as client:
                client.shutdown(save=self.durable, nosave=not self.durable)
