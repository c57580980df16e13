"""What must be true before anything is started, each said in one line."""

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ..services import ServiceError
from ..services.process import port_is_free
from .plan import Addresses

NEEDED_BYTES = 500 * 2**20


def check(addresses: Addresses, folder: Path) -> None:
    """Raises ServiceError for a port in use or a disk with less than NEEDED_BYTES."""
    check_port("PORT", addresses.host, addresses.port)
    check_port("OCPP_PORT", addresses.host, addresses.ocpp_port)
    if addresses.port == addresses.ocpp_port:
        raise ServiceError(f"PORT and OCPP_PORT are both {addresses.port}: they must differ")
    check_space(folder)


def check_port(variable: str, host: str, port: int) -> None:
    """Raises ServiceError when nothing could listen on the port, with the way out."""
    if not 1 <= port <= 65535:
        raise ServiceError(f"{variable}={port}: a port lies between 1 and 65535")
    if not port_is_free(port, host):
        raise ServiceError(
            f"port {port} on {host} is in use or not allowed: choose another, e.g. {variable}={port + 1}"
        )


def check_space(folder: Path) -> None:
    """Raises ServiceError when the disk of `folder` is nearly full."""
    free = shutil.disk_usage(folder).free
    if free < NEEDED_BYTES:
        raise ServiceError(
            f"the disk of {folder} has {free // 2**20} MiB free, {NEEDED_BYTES // 2**20} MiB are needed"
        )


@contextmanager
def only_one(var: Path) -> Iterator[None]:
    """Holds the lock of `var`. Raises ServiceError when another supervisor holds it."""
    var.mkdir(parents=True, exist_ok=True)
    with (var / "up.lock").open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            raise ServiceError(
                f"already running in {var} (process {lock.read().strip()}): stop that one first"
            ) from None
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        yield
