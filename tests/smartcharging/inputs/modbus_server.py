"""A real Modbus TCP server for tests, in its own process: `python modbus_server.py PORT`.

Input registers (the library's third block counts from 0): FLOAT32 12.5 at 0, INT32 2250 at 2, UINT16 65535 at 4,
INT16 -17 at 5, FLOAT32 not-a-number at 6, FLOAT32 7.25 with the lower word first at 8. Holding register 0 is 42.
"""

import asyncio
import math
import struct
import sys

from pymodbus.server import StartAsyncTcpServer
from pymodbus.simulator import DataType, SimData, SimDevice


def registers(*formats: tuple[str, float]) -> list[int]:
    """Values as 16-bit registers, high word first."""
    raw = b"".join(struct.pack(f">{code}", value) for code, value in formats)
    return list(struct.unpack(f">{len(raw) // 2}H", raw))


def device() -> SimDevice:
    """One meter, unit 1."""
    told = registers(("f", 12.5), ("i", 2250), ("H", 65535), ("h", -17), ("f", math.nan))
    high, low = registers(("f", 7.25))
    inputs = [SimData(0, values=[*told, low, high], datatype=DataType.REGISTERS)]
    holding = [SimData(0, values=[42], datatype=DataType.REGISTERS)]
    nothing = [SimData(0, values=[False], datatype=DataType.BITS)]
    return SimDevice(1, (nothing, nothing, holding, inputs))


if __name__ == "__main__":
    asyncio.run(StartAsyncTcpServer(device(), address=("127.0.0.1", int(sys.argv[1]))))
