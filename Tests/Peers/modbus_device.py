"""A Modbus TCP device of pymodbus on 127.0.0.1. Usage: modbus_device.py PORT. Prints `ready` when it listens.

Unit 1 has 16 coils and 16 discrete inputs (every third one set), 200 holding registers (register n holds n), and the input
registers 0 to 99 (register n holds 1000 + n). A request that touches holding register 190 gets exception 4; one that touches
191 is answered after two seconds.
"""

import asyncio
import sys

from pymodbus.constants import ExcCodes
from pymodbus.server import ModbusTcpServer
from pymodbus.simulator import DataType, SimData, SimDevice


async def trouble(function, start, address, count, current, values):
    if function in (3, 6, 16) and address <= 190 < address + count:
        return ExcCodes.DEVICE_FAILURE
    if function in (3, 6, 16) and address <= 191 < address + count:
        await asyncio.sleep(2)
    return None


async def main(port):
    bits = [n % 3 == 0 for n in range(16)]
    device = SimDevice(
        id=1,
        simdata=(
            [SimData(0, values=list(bits), datatype=DataType.BITS)],
            [SimData(0, values=list(bits), datatype=DataType.BITS)],
            [SimData(0, values=list(range(200)), datatype=DataType.REGISTERS)],
            [SimData(0, values=[1000 + n for n in range(100)], datatype=DataType.REGISTERS)],
        ),
        action=trouble,
    )
    server = ModbusTcpServer(device, address=("127.0.0.1", port))
    await server.serve_forever(background=True)
    print("ready", flush=True)
    await server.serving


asyncio.run(main(int(sys.argv[1])))
