"""Waking other processes through Redis. Nothing here carries a fact: a lost wake-up costs a second at most,

because every sleeper also looks at the database by himself.
"""

import logging
from functools import lru_cache

from django.conf import settings
from redis import Redis
from redis.client import PubSub
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)
WAIT_LIMIT_S = 1.0


@lru_cache(maxsize=1)
def client() -> Redis:
    """The connections of this process; they give up after a second."""
    return Redis.from_url(
        settings.REDIS_URL, socket_timeout=WAIT_LIMIT_S, socket_connect_timeout=WAIT_LIMIT_S
    )


def key(name: str) -> str:
    """A key or channel of this installation."""
    return f"{settings.REDIS_PREFIX}:{name}"


def gateways_channel() -> str:
    """Where all gateways listen."""
    return key("gateways")


def publish(channel: str, text: str) -> None:
    """Tell whoever listens; nobody is told when Redis is away."""
    try:
        client().publish(channel, text)
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


def ends_channel() -> str:
    """Where the ends of commands are announced, by their public ids."""
    return key("command-ends")


def command_ended(command: str) -> None:
    """Wake whoever waits for the end of this command."""
    publish(ends_channel(), command)


def subscription(channel: str) -> PubSub:
    """A subscription on a connection of its own that waits as long as it takes. Raises RedisError."""
    patient = Redis.from_url(settings.REDIS_URL, socket_timeout=None, socket_connect_timeout=WAIT_LIMIT_S)
    found = patient.pubsub(ignore_subscribe_messages=True)
    found.subscribe(channel)
    return found
