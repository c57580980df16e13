"""Asking a meter over Modbus TCP, again and again."""

import asyncio
import ipaddress
from collections.abc import AsyncIterator, Sequence
from typing import Any, Final

from pymodbus.client import AsyncModbusTcpClient
from pymodbus.exceptions import ModbusException

from ..driver import Plan
from ..errors import MeterError
from ..reading_settings import unreachable
from ..sample import Sample
from .settings import TYPES, Register, Settings

LIMIT_S: Final = 3.0


async def samples(meter: Plan) -> AsyncIterator[Sample]:
    """One sample every `every_s` seconds over one connection. Raises MeterError."""
    wanted: Settings = meter.settings
    # Whoever reads us begins again after a pause; two ways of trying again would multiply.
    client = AsyncModbusTcpClient(
        wanted.host, port=wanted.port, timeout=LIMIT_S, retries=0, reconnect_delay=0
    )
    try:
        await _connect(client, wanted)
        while True:
            yield Sample({name: await _read(client, wanted.unit, one) for name, one in wanted.values.items()})
            await asyncio.sleep(meter.every_s)
    finally:
        client.close()


async def _connect(client: AsyncModbusTcpClient, wanted: Settings) -> None:
    if not await client.connect():
        raise MeterError(f"nobody answers at {wanted.host}:{wanted.port}")
    peer = client.ctx.transport.get_extra_info("peername") if client.ctx.transport else None
    if peer and unreachable(ipaddress.ip_address(peer[0].partition("%")[0])):
        raise MeterError("its name leads to an address no meter has")


async def _read(client: AsyncModbusTcpClient, unit: int, one: Register) -> float:
    ask = client.read_input_registers if one.table == "input" else client.read_holding_registers
    try:
        answer = await ask(one.address, count=TYPES[one.type], device_id=unit)
    except (ModbusException, OSError, TimeoutError):
        raise MeterError(f"it does not answer for register {one.address}") from None
    if answer.isError():
        raise MeterError(f"it refuses register {one.address}: it has none there, or the unit is another one")
    return _number(client, answer.registers, one) * one.scale


def _number(client: Any, registers: Sequence[int], one: Register) -> float:
    order = "little" if one.little else "big"
    try:
        return float(
            client.convert_from_registers(registers, client.DATATYPE[one.type.upper()], word_order=order)
        )
    except (ModbusException, TypeError, ValueError):
        raise MeterError(f"register {one.address} is no {one.type}") from None
