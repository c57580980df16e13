"""The real gateway and the real control loop on the test database."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from pytest_django import DjangoDbBlocker

from tests.faults.proxy import FaultProxy
from tests.gateway.conftest import gateway_process  # noqa: F401
from tests.gateway.process import Gateway, free_port
from tests.rows import delete_all_rows
from tests.worlds import World

from .garage import Garage
from .process import Balancer

Launch = Callable[..., Balancer]


@pytest.fixture
def db(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Real commits. A run that was interrupted leaves its rows, so that they are deleted before, too."""
    with django_db_blocker.unblock():
        delete_all_rows()
        yield
        delete_all_rows()


@pytest.fixture
def gateway(gateway_process: Gateway, db: None) -> Iterator[Gateway]:  # noqa: F811
    """The running gateway; the garage hangs up by itself."""
    gateway_process.forget_log()
    yield gateway_process
    assert "Traceback" not in gateway_process.log(), gateway_process.log()


@pytest.fixture
def mortal(db: None, tmp_path: Path) -> Iterator[Gateway]:
    """A gateway that may be killed; `start` brings it back at its port."""
    process = Gateway(free_port(), tmp_path, {"OCPP_BOOT_BACKSTOP": "3"}).start()
    yield process
    process.stop()


@pytest.fixture
def redis_line() -> Iterator[FaultProxy]:
    """The way to Redis, that can be cut."""
    target = urlsplit(settings.REDIS_URL)
    with FaultProxy(free_port(), (target.hostname or "127.0.0.1", target.port or 6379)) as line:
        yield line


def through(line: FaultProxy) -> dict[str, str]:
    """The environment of a process that reaches Redis by that way alone."""
    address = urlsplit(settings.REDIS_URL)
    return {"REDIS_URL": address._replace(netloc=f":{address.password}@127.0.0.1:{line.port}").geturl()}


@pytest.fixture
def frail(db: None, redis_line: FaultProxy, tmp_path: Path) -> Iterator[Gateway]:
    """A gateway that may be killed, and that may lose Redis."""
    environment = {"OCPP_BOOT_BACKSTOP": "3"} | through(redis_line)
    process = Gateway(free_port(), tmp_path, environment).start()
    yield process
    process.stop()


@pytest.fixture
def launch(gateway: Gateway, tmp_path: Path) -> Iterator[Launch]:
    """Starts control loops, e.g. `launch(BALANCE_HOLD=20)`."""
    started: list[Balancer] = []

    def start(environment: dict[str, str] | None = None, **settings: Any) -> Balancer:
        home = tmp_path / f"balance-{len(started)}"
        home.mkdir()
        started.append(Balancer(home, gateway.environment | (environment or {}), **settings).start())
        return started[-1]

    yield start
    for one in started:
        one.stop()
        assert "Traceback" not in one.log(), one.log()


@pytest.fixture
def open_garage(world: World, gateway: Gateway) -> Iterator[Callable[..., Garage]]:
    """Builds a garage and connects its chargers."""
    opened: list[Garage] = []

    def build(limit_a: float, count: int, at: Gateway = gateway, **more: Any) -> Garage:
        opened.append(Garage(world, limit_a, count, **more))
        return opened[-1].connect(at.url("").rstrip("/"))

    yield build
    for one in opened:
        one.close()
