"""One gateway for all hostility, and somebody else's charger that must not notice any of it."""

import time
from collections.abc import Iterator

import psutil
import pytest

from tests.gateway.charger import VERSION_16, VERSION_201, Charger, fresh, registered
from tests.gateway.conftest import db, gateway
from tests.gateway.process import Gateway, free_port
from tests.worlds import World

__all__ = ["db", "gateway"]

# Somebody's password, tag, text: whatever a station says, none of it is ever in the log.
MARK = "MARK-0123456789"
PROMPT_S = 1.0


@pytest.fixture(scope="session")
def gateway_process(django_db_setup: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    """The gateway these tests share; floods are borne for three seconds."""
    settings = {"OCPP_FLOOD_PATIENCE": "3", "OCPP_START_TIMEOUT": "5"}
    process = Gateway(free_port(), tmp_path_factory.mktemp("hostility"), settings)
    process.start()
    yield process
    process.stop()


@pytest.fixture
def world(world: World) -> World:
    """The organisation, whose tag is valid."""
    _ = world.tag
    return world


def station_process(gateway: Gateway) -> psutil.Process:
    """The gateway's process."""
    assert gateway._process is not None
    return psutil.Process(gateway._process.pid)


class Calm:
    """Somebody else's charger on the same process."""

    def __init__(self, gateway: Gateway, world: World) -> None:
        self.charger = Charger(gateway, registered(world, fresh("CALM")).identity).boot()

    def beat(self) -> float:
        """The time one Heartbeat takes, in seconds; fails when it is not answered promptly."""
        started = time.monotonic()
        assert self.charger.call("Heartbeat", {})["currentTime"]
        took = time.monotonic() - started
        assert took < PROMPT_S, took
        return took


@pytest.fixture
def calm(gateway: Gateway, world: World) -> Iterator[Calm]:
    """Whatever a test does, the process lives on, the calm charger is served at once, and nothing is logged."""
    process = station_process(gateway)
    pid, born = process.pid, process.create_time()
    bystander = Calm(gateway, world)
    bystander.beat()
    yield bystander
    bystander.beat()
    after = station_process(gateway)
    assert (after.pid, after.create_time(), after.is_running()) == (pid, born, True)
    assert MARK not in gateway.log()


@pytest.fixture(params=[VERSION_16, VERSION_201])
def hostile(request: pytest.FixtureRequest, gateway: Gateway, world: World, calm: Calm) -> Charger:
    """A charger of either version that is about to misbehave."""
    return Charger(gateway, registered(world, fresh("BAD")).identity, version=request.param)


@pytest.fixture
def bad(gateway: Gateway, world: World, calm: Calm) -> Charger:
    """A booted charger of 1.6 that is about to misbehave."""
    return Charger(gateway, registered(world, fresh("BAD")).identity).boot()
