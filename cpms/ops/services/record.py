"""Ports and passwords of the private servers, kept in `services.json` (0600) for the next start."""

import json
import os
import secrets
from dataclasses import asdict, dataclass
from pathlib import Path

from .errors import ServiceError
from .process import free_port, port_is_free


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where one private server listens on 127.0.0.1, and with which password."""

    port: int
    password: str

    @classmethod
    def new(cls) -> "Endpoint":
        return cls(free_port(), secrets.token_urlsafe(24))


@dataclass(frozen=True, slots=True)
class Record:
    """The two private servers of one folder."""

    postgres: Endpoint
    redis: Endpoint

    @property
    def environment(self) -> dict[str, str]:
        """DATABASE_URL and REDIS_URL, as the settings read them."""
        return {
            "DATABASE_URL": f"postgresql://cpms:{self.postgres.password}@127.0.0.1:{self.postgres.port}/cpms",
            "REDIS_URL": f"redis://:{self.redis.password}@127.0.0.1:{self.redis.port}/0",
        }


def read_record(home: Path) -> Record | None:
    """The record of `home`, or None when no server was ever prepared there."""
    file = home / "services.json"
    if not file.exists():
        return None
    try:
        content = json.loads(file.read_text())
        return Record(Endpoint(**content["postgres"]), Endpoint(**content["redis"]))
    except (ValueError, KeyError, TypeError) as error:
        raise ServiceError(f"{file} cannot be read ({error}): delete it, or run `make reset`") from error


def reserve(home: Path) -> Record:
    """The record of `home`; made when there is none."""
    record = read_record(home)
    if record is None:
        record = Record(Endpoint.new(), Endpoint.new())
        write_record(home, record)
    return record


def with_free_ports(record: Record) -> Record:
    """The same passwords on ports that are free now."""
    return Record(_moved(record.postgres), _moved(record.redis))


def write_record(home: Path, record: Record) -> None:
    """Replaces the record; a reader sees the old or the new one, never half of it."""
    home.mkdir(parents=True, exist_ok=True)
    unfinished = home / f"services.json.{os.getpid()}"
    with os.fdopen(os.open(unfinished, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "w") as file:
        json.dump(asdict(record), file)
    unfinished.rename(home / "services.json")


def _moved(endpoint: Endpoint) -> Endpoint:
    return endpoint if port_is_free(endpoint.port) else Endpoint(free_port(), endpoint.password)
