"""Commands over the REST API to the chargers of this process: from the request to the final answer."""

import asyncio
from typing import Any

import orjson

from .charger import Tally
from .loads import Fleet, Report

CONNECTIONS = 16
Client = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class Orders:
    """Sends ClearCache to one charger after the other and waits for each result."""

    def __init__(self, fleet: Fleet) -> None:
        self._fleet = fleet
        self._tally = Tally()

    async def send(
        self, host: str, port: int, key: str, stations: list[str], rate: float, seconds: float
    ) -> Report:
        """`rate` commands a second for the stations with these public ids; times count from the due time."""
        self._tally = Tally()
        clients: asyncio.Queue[Client] = asyncio.Queue()
        for _ in range(CONNECTIONS):
            clients.put_nowait(await asyncio.open_connection(host, port))
        loop = asyncio.get_running_loop()
        started, tasks = loop.time(), []
        for number in range(int(rate * seconds)):
            due = started + number / rate
            await asyncio.sleep(max(0.0, due - loop.time()))
            request = _request(host, port, key, stations[number % len(stations)])
            tasks.append(loop.create_task(self._order(clients, request, due)))
        await asyncio.gather(*tasks)
        while not clients.empty():
            clients.get_nowait()[1].close()
        return {"seconds": loop.time() - started, **self._tally.report()}

    async def _order(self, clients: "asyncio.Queue[Client]", request: bytes, due: float) -> None:
        reader, writer = client = await clients.get()
        self._tally.sent += 1
        writer.write(request)
        status, body = await _response(reader)
        clients.put_nowait(client)
        if status == 200 and body.get("state") == "accepted":
            self._tally.answers["ClearCache"] += 1
            self._tally.waits.append(asyncio.get_running_loop().time() - due)
        else:
            self._tally.errors[f"HTTP {status} {body.get('state') or body.get('title')}"] += 1


def _request(host: str, port: int, key: str, station: str) -> bytes:
    body = b'{"action":"ClearCache","payload":{}}'
    lines = [
        f"POST /api/v1/stations/{station}/commands HTTP/1.1",
        f"Host: {host}:{port}",
        f"Authorization: Api-Key {key}",
        "Content-Type: application/json",
        "Prefer: wait=25",
        f"Content-Length: {len(body)}",
    ]
    return "\r\n".join([*lines, "", ""]).encode() + body


async def _response(reader: asyncio.StreamReader) -> tuple[int, dict[str, Any]]:
    head = await reader.readuntil(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    if headers.get("transfer-encoding") == "chunked":
        body = await _chunks(reader)
    else:
        body = await reader.readexactly(int(headers.get("content-length", "0")))
    return int(first.split(" ")[1]), orjson.loads(body or b"{}")


async def _chunks(reader: asyncio.StreamReader) -> bytes:
    body = b""
    while size := int(await reader.readline(), 16):
        body += await reader.readexactly(size)
        await reader.readline()
    await reader.readline()
    return body
