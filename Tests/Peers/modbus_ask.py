"""Asks a Modbus TCP server through pymodbus's client.

Standard input: {"port": …, "calls": [{"method": "read_holding_registers", "arguments": {…}}, …]}; the answer is a list with
one {"registers": […], "bits": […], "exception": code or 0} for each call.
"""

import json
import sys

from pymodbus.client import ModbusTcpClient

request = json.load(sys.stdin)
client = ModbusTcpClient("127.0.0.1", port=request["port"], timeout=5, retries=0)
assert client.connect(), "cannot connect"
answers = []
for call in request["calls"]:
    answer = getattr(client, call["method"])(**call["arguments"])
    answers.append(
        {
            "registers": [] if answer.isError() else list(answer.registers),
            "bits": [] if answer.isError() else [bool(bit) for bit in answer.bits],
            "exception": answer.exception_code if answer.isError() else 0,
        }
    )
client.close()
json.dump(answers, sys.stdout)
