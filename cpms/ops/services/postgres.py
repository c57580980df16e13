"""A private PostgreSQL under one folder."""

import contextlib
import os
import signal
import subprocess
import sys
from pathlib import Path

import psycopg

from .account import make_private, readable_program, server_environment
from .binaries import Installation, postgres_installations
from .errors import ServiceError
from .process import last_line
from .server import PrivateServer

NAME = "cpms"
SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "max_connections": "200",
    "shared_buffers": "64MB",
    "max_wal_size": "1GB",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "password_encryption": "scram-sha-256",
}
NOT_DURABLE = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


class PrivatePostgres(PrivateServer):
    """One PostgreSQL with the database and superuser `cpms`."""

    label = "PostgreSQL"
    folder = "postgres"
    # "Fast shutdown": ends sessions, writes a checkpoint (PostgreSQL manual, 18.5).
    stop_signal = signal.SIGINT
    _installation: Installation | None = None

    def prepare(self) -> None:
        self._installation = self._choose()
        if not (self.data / "PG_VERSION").exists():
            self._initialise()
        elif (self.data / "postmaster.pid").exists():
            self._run("pg_ctl", "stop", "-D", str(self.data), "-m", "fast", "-t", "10", check=False)

    def command(self) -> list[str]:
        settings = SETTINGS | ({} if self.durable else NOT_DURABLE) | {"port": str(self.endpoint.port)}
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        return [str(self._program("postgres")), "-D", str(self.data), *options]

    def answers(self) -> bool:
        """Whether it takes connections; creates the database `cpms` when it is missing."""
        try:
            self._ensure_database()
        except psycopg.OperationalError:
            return False
        return True

    def _choose(self) -> Installation:
        candidates = postgres_installations(self.source)
        if not candidates:
            raise ServiceError("no PostgreSQL found: install the package `postgresql`, or set DATABASE_URL")
        version_file = self.data / "PG_VERSION"
        if not version_file.exists():
            return candidates[0]
        major = int(version_file.read_text())
        match = next((one for one in candidates if one.major == major), None)
        if match is None:
            raise ServiceError(f"{self.data} needs PostgreSQL {major}: install it, or run `make reset`")
        return match

    def _program(self, name: str) -> Path:
        assert self._installation is not None
        return readable_program(self._installation, self.account).with_name(name)

    def _initialise(self) -> None:
        assert self._installation is not None
        self.forget()
        make_private(self.data, self.account)
        password_file = self.home / f"postgres.password.{os.getpid()}"
        try:
            password_file.touch(mode=0o600)
            password_file.write_text(self.endpoint.password)
            self.account.own(password_file)
            self._run("initdb", *_initdb_options(self._installation.major, self.data, password_file))
        finally:
            password_file.unlink(missing_ok=True)

    def _run(self, program: str, *arguments: str, check: bool = True) -> None:
        answer = subprocess.run(
            [self._program(program), *arguments],
            capture_output=True,
            text=True,
            cwd=self.data,
            env=server_environment(),
            **self.account.spawn_options(),
        )
        if check and answer.returncode:
            with contextlib.suppress(OSError):
                self.forget()
            raise ServiceError(f"{program} failed: {last_line(answer.stderr)}")

    def _ensure_database(self) -> None:
        url = f"postgresql://{NAME}:{self.endpoint.password}@127.0.0.1:{self.endpoint.port}/postgres"
        with psycopg.connect(url, autocommit=True, connect_timeout=2) as connection:
            row = connection.execute("select 1 from pg_database where datname = %s", [NAME]).fetchone()
            if row is None:
                connection.execute(f"create database {NAME}")


def _initdb_options(major: int, data: Path, password_file: Path) -> list[str]:
    """UTF-8 everywhere, with an ordering that does not change with the operating system's library."""
    common = [
        "-D",
        str(data),
        "-U",
        NAME,
        f"--pwfile={password_file}",
        "--auth=scram-sha-256",
        "--encoding=UTF8",
    ]
    if major >= 17:
        return [*common, "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    return [*common, "--locale=C.UTF-8" if sys.platform.startswith("linux") else "--locale=en_US.UTF-8"]
