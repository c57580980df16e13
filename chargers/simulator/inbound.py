"""The server's CALLs: noted, answered, carried out."""

import asyncio
import contextlib
from collections.abc import Awaitable
from typing import TYPE_CHECKING

from chargers.ocpp.rpc import ErrorKind, Payload
from chargers.ocpp.schemas import SchemaViolation, validate

from .dialect import RefusalError, Reply
from .link import CallFailed, Disconnected, Received

if TYPE_CHECKING:
    from .station import SimulatedStation


class Arrivals:
    """CALLs that nobody has waited for yet."""

    def __init__(self) -> None:
        self._waiting: list[Received] = []
        self._changed = asyncio.Condition()

    async def put(self, received: Received) -> None:
        async with self._changed:
            self._waiting.append(received)
            self._changed.notify_all()

    async def take(self, action: str) -> Received:
        """The oldest one with this action; waits for it."""
        async with self._changed:
            await self._changed.wait_for(lambda: any(one.action == action for one in self._waiting))
            found = next(one for one in self._waiting if one.action == action)
            self._waiting.remove(found)
            return found


async def answer(station: "SimulatedStation", received: Received) -> None:
    """Answer on the connection the CALL came by, then do what was promised."""
    link = station.link
    station.received.append(received)
    await station.arrivals.put(received)
    if link is None:
        return
    try:
        reply = _reply(station, received)
    except RefusalError as refusal:
        await _send(station, link.endpoint.error(received.message_id, refusal.kind, refusal.description))
        return
    if reply is None:
        return
    await _send(station, link.endpoint.result(received.message_id, reply.payload))
    if reply.then is not None:
        station.spawn(_carry_out(reply.then()))


def _reply(station: "SimulatedStation", received: Received) -> Reply | None:
    """The answer; None to stay silent. Raises RefusalError."""
    if received.action not in station.answers:
        return _obey(station, received)
    override = station.answers[received.action]
    if isinstance(override, ErrorKind):
        raise RefusalError(override, "as told")
    if override is None:
        return None
    return Reply(override(received.payload) if callable(override) else override)


def _obey(station: "SimulatedStation", received: Received) -> Reply:
    order = station.dialect.orders.get(received.action)
    if order is None:
        raise RefusalError(ErrorKind.NOT_SUPPORTED, "not built in")
    _check(station, received.action, received.payload)
    return order(station, received.payload)


def _check(station: "SimulatedStation", action: str, payload: Payload) -> None:
    try:
        validate(station.dialect.version, action, "request", payload)
    except SchemaViolation as violation:
        raise RefusalError(violation.kind, violation.message) from None


async def _send(station: "SimulatedStation", text: str) -> None:
    with contextlib.suppress(Disconnected):
        await station.send_text(text)


async def _carry_out(work: Awaitable[object]) -> None:
    with contextlib.suppress(CallFailed, TimeoutError, Disconnected):
        await work
