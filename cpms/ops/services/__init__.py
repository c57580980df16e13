"""Private PostgreSQL and Redis for a machine that offers none: `make run`, `make test`, `make bench`.

`PrivateServices` is the whole surface::

    with PrivateServices(Path("var"), durable=False) as services:
        os.environ.update(services.environment)
"""

import os
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

from .binaries import Source
from .errors import ServiceError
from .postgres import PrivatePostgres
from .record import Record, read_record, reserve, with_free_ports, write_record
from .redis import PrivateRedis
from .server import PrivateServer

__all__ = [
    "PrivatePostgres",
    "PrivateRedis",
    "PrivateServer",
    "PrivateServices",
    "ServiceError",
    "Source",
    "read_record",
]


class PrivateServices:
    """The servers that DATABASE_URL and REDIS_URL do not name already, private under `home`.

    `given`: the environment that is looked at; a server named there is used and neither started nor stopped.
    """

    def __init__(
        self,
        home: Path,
        *,
        source: Source | None = None,
        durable: bool = True,
        given: Mapping[str, str] | None = None,
    ) -> None:
        source = source or Source.from_environment()
        home = home.resolve()
        record = reserve(home)
        elsewhere = _elsewhere(os.environ if given is None else given, record)
        record = with_free_ports(record)
        write_record(home, record)
        self.environment = record.environment | elsewhere
        self.postgres = None
        self.redis = None
        if "DATABASE_URL" not in elsewhere:
            self.postgres = PrivatePostgres(home, record.postgres, source=source, durable=durable)
        if "REDIS_URL" not in elsewhere:
            self.redis = PrivateRedis(home, record.redis, source=source, durable=durable)

    @property
    def servers(self) -> list[PrivateServer]:
        return [server for server in (self.postgres, self.redis) if server is not None]

    def start(self, *, detached: bool = False) -> None:
        for server in self.servers:
            server.start(detached=detached)

    def stop(self) -> None:
        for server in reversed(self.servers):
            server.stop()

    def forget(self) -> None:
        """Deletes what the stopped servers stored."""
        for server in self.servers:
            server.forget()

    def __enter__(self) -> Self:
        try:
            self.start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


def _elsewhere(given: Mapping[str, str], record: Record) -> dict[str, str]:
    """The URLs in `given` that name servers of somebody else, not the ones of our own record."""
    own = record.environment
    return {name: given[name] for name in own if given.get(name) and given[name] != own[name]}
