"""Waking other processes through Redis. Nothing here carries a fact: a lost wake-up costs a second at most,

because every sleeper also looks at the database by himself.
"""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import lru_cache

from django.conf import settings
from redis import Redis
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)
WAIT_LIMIT_S = 1.0


@lru_cache(maxsize=1)
def _redis() -> Redis:
    return Redis.from_url(
        settings.REDIS_URL, socket_timeout=WAIT_LIMIT_S, socket_connect_timeout=WAIT_LIMIT_S
    )


def gateways_channel() -> str:
    """Where all gateways listen."""
    return f"{settings.REDIS_PREFIX}:gateways"


def publish(channel: str, text: str) -> None:
    """Tell whoever listens; nobody is told when Redis is away."""
    try:
        _redis().publish(channel, text)
    except RedisError as error:
        logger.warning("wake-up lost: %s", type(error).__name__)


def wake_gateways(station_id: int) -> None:
    """A command for this station (or a change of its row) is waiting in the database."""
    publish(gateways_channel(), f"command:{station_id}")


def forget_station(station_id: int) -> None:
    """What a gateway remembers of this station is no longer true; its socket is to be checked again."""
    publish(gateways_channel(), f"forget:{station_id}")


def replace_socket(station_id: int, epoch: int) -> None:
    """A newer socket of this station has taken `epoch`: whoever holds an older one closes it."""
    publish(gateways_channel(), f"replace:{station_id}:{epoch}")


def command_channel(command: str) -> str:
    """Where the end of a command is announced."""
    return f"{settings.REDIS_PREFIX}:command:{command}"


@contextmanager
def listen(channel: str) -> Iterator[Callable[[float], None]]:
    """Gives a function that sleeps until something is published on `channel`, or so many seconds."""
    import time

    try:
        subscription = _redis().pubsub(ignore_subscribe_messages=True)
        subscription.subscribe(channel)
        # Redis confirms: what is published from here on is heard, whatever the caller looks at meanwhile.
        subscription.get_message(timeout=WAIT_LIMIT_S)
    except RedisError:
        yield time.sleep
        return

    def wait(seconds: float) -> None:
        try:
            subscription.get_message(timeout=seconds)
        except RedisError:
            time.sleep(seconds)

    try:
        yield wait
    finally:
        subscription.close()
