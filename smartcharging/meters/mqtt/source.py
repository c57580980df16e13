"""Listening to a meter's topic."""

import asyncio
import ipaddress
import socket
import ssl
from collections.abc import AsyncIterator
from typing import Final

import aiomqtt

from ..driver import Plan
from ..errors import MeterError
from ..jsonpath import sample
from ..reading_settings import unreachable
from ..sample import Sample
from .settings import Settings

LIMIT_S: Final = 10.0
# More than this waiting is a meter that publishes faster than anybody can read: the newest are dropped by the library.
MAX_WAITING: Final = 100
MAX_BYTES: Final = 64 * 1024


async def samples(meter: Plan) -> AsyncIterator[Sample]:
    """What is published, at most every `every_s` seconds. Raises MeterError.

    A retained message is of an unknown age and is passed over.
    """
    wanted: Settings = meter.settings
    await _check_host(wanted.host)
    try:
        async with _client(wanted, meter.secret) as client:
            await client.subscribe(wanted.topic, qos=0)
            async for taken in _paced(client, meter):
                yield taken
    except (aiomqtt.MqttError, OSError, ValueError) as error:
        raise MeterError(f"the broker cannot be used: {str(error)[:120]}") from None


def _client(wanted: Settings, secret: str) -> aiomqtt.Client:
    return aiomqtt.Client(
        wanted.host, wanted.port, username=wanted.user or None, password=secret or None, timeout=LIMIT_S,
        keepalive=30, max_queued_incoming_messages=MAX_WAITING,
        tls_context=ssl.create_default_context() if wanted.encrypted else None,
    )  # fmt: skip


async def _paced(client: aiomqtt.Client, meter: Plan) -> AsyncIterator[Sample]:
    loop = asyncio.get_running_loop()
    earliest = loop.time()
    async for message in client.messages:
        if message.retain or loop.time() < earliest:
            continue
        earliest = loop.time() + meter.every_s * 0.8
        body = bytes(message.payload) if isinstance(message.payload, bytes | bytearray) else b""
        if len(body) > MAX_BYTES:
            raise MeterError(f"it publishes more than {MAX_BYTES // 1024} kB")
        yield sample(body, meter.settings.values, meter.settings.time)


async def _check_host(host: str) -> None:
    """A name may lead where an address may not. Raises MeterError."""
    loop = asyncio.get_running_loop()
    try:
        places = await loop.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except OSError:
        raise MeterError("the broker's name leads nowhere") from None
    if any(unreachable(ipaddress.ip_address(place[4][0].partition("%")[0])) for place in places):  # type: ignore[union-attr]
        raise MeterError("the broker's name leads to an address no meter has")
