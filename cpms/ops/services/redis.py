"""A private Redis under one folder."""

import os
import signal
from datetime import UTC, datetime
from pathlib import Path

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from .account import make_private, readable_program
from .binaries import Installation, redis_installations
from .errors import ServiceError
from .server import PrivateServer

NO_SNAPSHOTS = 'save ""'
SNAPSHOTS = "save 60 1"
DUMP = "dump.rdb"
# What Redis and Valkey log about a dump that a newer server wrote.
TOO_NEW = "Can't handle RDB format version"


class PrivateRedis(PrivateServer):
    """One Redis, or Valkey, with a password."""

    label = "Redis"
    folder = "redis"
    stop_signal = signal.SIGTERM
    _installation: Installation | None = None

    def start(self, *, detached: bool = False) -> None:
        """As every server; a dump that only a newer Redis can read is set aside, and this one starts without it."""
        try:
            super().start(detached=detached)
        except ServiceError:
            if not self._dump_is_too_new():
                raise
            self._set_dump_aside()
            super().start(detached=detached)

    def prepare(self) -> None:
        self._installation = self._choose()
        self._end_orphan()
        make_private(self.data, self.account)
        self._write_configuration()

    def command(self) -> list[str]:
        """The password is in the file, so `ps` does not show it."""
        assert self._installation is not None
        return [str(readable_program(self._installation, self.account)), str(self._configuration)]

    def answers(self) -> bool:
        return self._answers_on(self.endpoint.port)

    @property
    def _configuration(self) -> Path:
        return self.data / "redis.conf"

    def _choose(self) -> Installation:
        candidates = redis_installations(self.source)
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

    def _answers_on(self, port: int) -> bool:
        try:
            with self._client(port) as client:
                return bool(client.ping())
        except redis.RedisError:
            return False

    def _dump_is_too_new(self) -> bool:
        logged = self.log.read_text(errors="replace").splitlines() if self.log.exists() else []
        return (self.data / DUMP).exists() and any(TOO_NEW in line for line in logged[-5:])

    def _set_dump_aside(self) -> None:
        """Nothing that counts is in it: facts are in PostgreSQL."""
        aside = self.data / f"{DUMP}.{datetime.now(UTC):%Y-%m-%d-%H%M%S}"
        (self.data / DUMP).rename(aside)
        assert self._installation is not None
        print(
            f"cpms: a newer Redis wrote {self.data / DUMP}, and version {self._installation.major} "
            f"({self._installation.program}) cannot read it. Set aside as {aside.name}; lost are background tasks that "
            "still waited, and what was cached. To use it: stop, install that newer Redis, rename the file back.",
            flush=True,
        )

    def _end_orphan(self) -> None:
        """Only a server with our password on the port of the last start is ours to end."""
        if not self._configuration.exists():
            return
        last = next(line for line in self._configuration.read_text().splitlines() if line.startswith("port "))
        port = int(last.removeprefix("port "))
        if self._answers_on(port):
            with self._client(port) as client:
                client.shutdown(save=self.durable, nosave=not self.durable)
