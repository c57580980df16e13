"""Redis emptied, killed, away: it carries no fact, so no fact is lost; commands come a second later."""

import os
import threading
import time
from collections.abc import Iterator

import pytest
from pytest_django import Settings
from redis import Redis

from chargers.choices import CommandState
from chargers.models import ChargingStation, Command
from chargers.services.commands.send import command_send
from cpms.core import bus
from cpms.core.actors import SYSTEM
from cpms.ops.services import PrivateRedis, PrivateServices
from tests.gateway.charger import VERSION_16, Charger, fresh, registered
from tests.gateway.process import Gateway, free_port
from tests.worlds import World

from .charges import Charge
from .conftest import QUICK, final_state
from .scale import SCALE

pytestmark = pytest.mark.fault
FLUSHED_S = 2.0 * SCALE


@pytest.fixture(scope="module")
def services(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PrivateServices]:
    """A Redis that belongs to these tests alone."""
    given = {"DATABASE_URL": os.environ["DATABASE_URL"]}
    services = PrivateServices(tmp_path_factory.mktemp("redis"), given=given, durable=False)
    services.start()
    yield services
    services.stop()
    services.forget()


@pytest.fixture(scope="module")
def process(
    django_db_setup: None, services: PrivateServices, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Gateway]:
    given = QUICK | {"REDIS_URL": services.environment["REDIS_URL"]}
    process = Gateway(free_port(), tmp_path_factory.mktemp("redis-gateway"), given).start()
    yield process
    process.stop()


@pytest.fixture
def redis(services: PrivateServices, settings: Settings) -> Iterator[PrivateRedis]:
    """Used by this process too, so that its wake-ups go the same way."""
    settings.REDIS_URL = services.environment["REDIS_URL"]
    bus.client.cache_clear()
    assert services.redis is not None
    yield services.redis
    if not services.redis.answers():
        services.redis.start()
    bus.client.cache_clear()


@pytest.fixture
def station(redis: PrivateRedis, world: World) -> ChargingStation:
    _ = world.tag
    return registered(world, fresh("CP"))


@pytest.fixture
def charger(process: Gateway, station: ChargingStation) -> Iterator[Charger]:
    process.forget_log()
    yield Charger(process, station.identity).boot()
    process.hang_up_all()
    time.sleep(0.3)
    assert "Traceback" not in process.log(), process.log()


def commanded(station: ChargingStation, charger: Charger) -> float:
    """Seconds from the order to the charger; the command ends accepted."""
    begun = time.monotonic()
    command = command_send(station, "ClearCache", {}, SYSTEM)
    frame = charger.command()
    took = time.monotonic() - begun
    charger.answer(frame, {"status": "Accepted"})
    assert final_state(command) == CommandState.ACCEPTED
    return took


def test_f09_redis_is_emptied_again_and_again(
    services: PrivateServices, station: ChargingStation, charger: Charger
) -> None:
    """Invariant 16, G17."""
    done = threading.Event()
    flusher = threading.Thread(target=flush, args=[services.environment["REDIS_URL"], done])
    flusher.start()
    end, charge, sent = time.monotonic() + FLUSHED_S, Charge(VERSION_16, "OURS-CARD"), 0
    try:
        for step in range(3):
            charge.tell(charger, step)
            while time.monotonic() < end - FLUSHED_S * (2 - step) / 3:
                commanded(station, charger)
                sent += 1
    finally:
        done.set()
        flusher.join()
    assert sent >= 10
    assert set(Command.objects.values_list("state", flat=True)) == {CommandState.ACCEPTED}
    charge.check()


def flush(url: str, done: threading.Event) -> None:
    with Redis.from_url(url) as client:
        while not done.wait(0.05):
            client.flushall()


def test_f10_redis_is_killed_and_stays_away(
    redis: PrivateRedis, station: ChargingStation, charger: Charger
) -> None:
    """Invariant 16, G14. Seen failing without `Mailbox.sweep`: the command expired unsent."""
    assert commanded(station, charger) < 1
    assert redis.process is not None
    redis.process.kill()
    redis.process.wait()
    charge = Charge(VERSION_16, "OURS-CARD")
    for step in range(3):
        begun = time.monotonic()
        charge.tell(charger, step)
        assert time.monotonic() - begun < 2, "no message of a charger waits for Redis"
    slowest_s = max(commanded(station, charger) for _ in range(3))
    print(f"commands without Redis: at most {slowest_s:.2f} s")
    assert slowest_s < 2.5
    charge.check()
    redis.start()
    time.sleep(2)
    assert min(commanded(station, charger) for _ in range(3)) < 0.4
