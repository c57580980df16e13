"""Real gateways that may be killed, stopped and cut off; what they leave in the books is tidied up by the sweeps."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from chargers.choices import OPEN_COMMANDS
from chargers.models import Command, GatewayInstance, StationConnection
from chargers.services.commands.life import commands_sweep
from chargers.services.stations.connections import connections_sweep
from tests.gateway.conftest import db  # noqa: F401
from tests.gateway.process import Gateway, eventually, free_port

from .nursery import Nursery

QUICK = {
    "OCPP_BOOT_BACKSTOP": "1",
    "OCPP_START_TIMEOUT": "5",
    "OCPP_SEND_TIMEOUT": "2",
    "OCPP_DRAIN_RATE": "30",
}
Launch = Callable[..., Gateway]


@pytest.fixture(scope="session")
def survivor_process(django_db_setup: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    process = Gateway(free_port(), tmp_path_factory.mktemp("survivor"), QUICK).start()
    yield process
    process.stop()


@pytest.fixture
def survivor(survivor_process: Gateway, db: None) -> Iterator[Gateway]:  # noqa: F811
    """The gateway that nothing happens to: it must live, and log no traceback."""
    survivor_process.forget_log()
    yield survivor_process
    survivor_process.hang_up_all()
    mine = GatewayInstance.objects.filter(pid=survivor_process.pid).values("pk")
    eventually(lambda: not StationConnection.objects.filter(instance__in=mine, closed_at=None).exists())
    assert survivor_process.is_running, survivor_process.log()
    assert "Traceback" not in survivor_process.log(), survivor_process.log()


@pytest.fixture
def launch(db: None, tmp_path: Path) -> Iterator[Launch]:  # noqa: F811
    """Starts gateways with settings of their own, e.g. `launch(OCPP_PING_INTERVAL=1)`."""
    started: list[Gateway] = []

    def start(host: str = "127.0.0.1", **settings: Any) -> Gateway:
        home = tmp_path / f"gateway-{len(started)}"
        home.mkdir()
        given = QUICK | {name: str(value) for name, value in settings.items()}
        started.append(Gateway(free_port(), home, given, host))
        return started[-1].start()

    yield start
    for gateway in started:
        gateway.hang_up_all()
        if gateway.is_running:
            gateway.kill()


@pytest.fixture(scope="session")
def nursery(survivor_process: Gateway, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nursery]:
    nursery = Nursery(tmp_path_factory.mktemp("nursery"), survivor_process.environment)
    yield nursery
    nursery.close()


def final_state(command: Command, within_s: float = 8.0) -> str:
    """How a command ended."""
    end = time.monotonic() + within_s
    while (state := Command.objects.values_list("state", flat=True).get(pk=command.pk)) in OPEN_COMMANDS:
        assert time.monotonic() < end, f"still {state}"
        time.sleep(0.02)
    return str(state)


def bury(pid: int) -> None:
    """What the sweeps do ten seconds after a process went silent."""
    GatewayInstance.objects.filter(pid=pid).delete()
    connections_sweep()
    commands_sweep()
