"""The real gateway and the real control loop on the test database."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from pytest_django import DjangoDbBlocker

from tests.gateway.conftest import delete_all_rows, gateway_process  # noqa: F401
from tests.gateway.process import Gateway, free_port
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
