"""Asking a meter over HTTP, again and again."""

import asyncio
import base64
import ipaddress
import socket
import urllib.error
import urllib.request
from collections.abc import AsyncIterator
from http.client import HTTPException
from typing import Any, Final
from urllib.parse import urlsplit

from ..driver import Plan
from ..errors import MeterError
from ..jsonpath import sample
from ..reading_settings import unreachable
from ..sample import Sample

LIMIT_S: Final = 5.0
MAX_BYTES: Final = 64 * 1024


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """A meter answers itself; whoever sends us elsewhere is none."""

    def redirect_request(self, *args: Any, **kwargs: Any) -> None:
        return None


# No proxy of the environment: it would see the meter's password.
_OPENER: Final = urllib.request.build_opener(urllib.request.ProxyHandler({}), _NoRedirects())


async def samples(meter: Plan) -> AsyncIterator[Sample]:
    """One sample every `every_s` seconds. Raises MeterError."""
    while True:
        body = await asyncio.to_thread(_ask, meter)
        yield sample(body, meter.settings.values, meter.settings.time)
        await asyncio.sleep(meter.every_s)


def _ask(meter: Plan) -> bytes:
    _check_host(meter.address)
    request = urllib.request.Request(meter.address, headers=_headers(meter))  # noqa: S310 scheme was checked
    try:
        with _OPENER.open(request, timeout=LIMIT_S) as answer:
            body: bytes = answer.read(MAX_BYTES + 1)
    except urllib.error.HTTPError as error:
        raise MeterError(f"it answers with status {error.code}") from None
    except (OSError, HTTPException, ValueError) as error:
        raise MeterError(f"it cannot be asked: {_why(error)}") from None
    if len(body) > MAX_BYTES:
        raise MeterError(f"it answers more than {MAX_BYTES // 1024} kB")
    return body


def _headers(meter: Plan) -> dict[str, str]:
    headers = {"Accept": "application/json", "User-Agent": "cpms"}
    if meter.settings.user:
        both = f"{meter.settings.user}:{meter.secret}".encode()
        headers["Authorization"] = f"Basic {base64.b64encode(both).decode()}"
    elif meter.secret:
        headers["Authorization"] = f"Bearer {meter.secret}"
    return headers


def _check_host(address: str) -> None:
    """A name may lead where an address may not. Raises MeterError."""
    try:
        places = socket.getaddrinfo(urlsplit(address).hostname, None, type=socket.SOCK_STREAM)
    except OSError:
        raise MeterError("its name leads nowhere") from None
    if any(unreachable(ipaddress.ip_address(place[4][0].partition("%")[0])) for place in places):  # type: ignore[union-attr]
        raise MeterError("its name leads to an address no meter has")


def _why(error: Exception) -> str:
    reason = getattr(error, "reason", error)
    return (
        "no answer in time"
        if isinstance(reason, TimeoutError)
        else str(reason)[:120] or type(reason).__name__
    )
