"""Frames of Modbus TCP decoded a second: edgesh's grammar engine (from Swift and from the language), construct and pymodbus."""

import os
import pathlib
import subprocess
import time

import table

ROOT = pathlib.Path(__file__).resolve().parent.parent
FRAME = bytes.fromhex("000700000017010314" + "".join(f"{i:02x}{255 - i:02x}" for i in range(10)))
SECONDS = 0.7


def rate(decode):
    """Calls a second of CPU time."""
    count, start = 0, time.process_time()
    while time.process_time() - start < SECONDS:
        for _ in range(500):
            decode()
        count += 500
    return count / (time.process_time() - start)


def construct_decoder():
    import construct as c

    message = c.Struct(
        "transaction" / c.Int16ub,
        "protocol" / c.Const(0, c.Int16ub),
        "length" / c.Int16ub,
        "unit" / c.Int8ub,
        "function" / c.Int8ub,
        "body"
        / c.Switch(
            c.this.function,
            {3: c.Struct("size" / c.Int8ub, "registers" / c.Array(c.this.size // 2, c.Int16ub))},
            default=c.GreedyBytes,
        ),
    ).compile()
    assert list(message.parse(FRAME).body.registers) == [i << 8 | 255 - i for i in range(10)]
    return lambda: message.parse(FRAME)


def pymodbus_decoder():
    from pymodbus.framer import FramerSocket
    from pymodbus.pdu import DecodePDU

    framer, decoder = FramerSocket(DecodePDU(False)), DecodePDU(False)

    def decode():
        used, device, transaction, pdu = framer.decode(FRAME)
        return decoder.decode(pdu)

    assert decode().registers == [i << 8 | 255 - i for i in range(10)]
    return decode


def native_rate(program):
    return float(subprocess.run([program, str(SECONDS), str(ROOT / "stdlib/protocols")], capture_output=True, text=True, check=True).stdout)


def language_rate(edgesh):
    script = ROOT / "Benchmarks/protocols/decode.edge"
    return float(subprocess.run([edgesh, str(script)], capture_output=True, text=True, check=True, cwd=ROOT).stdout)


def run(edgesh, rounds):
    program = os.environ.get("EDGESH_DECODE_RATE", str(ROOT / ".build/bench/release/benchmark-protocols"))
    contestants = {"edgesh, from a script": lambda: language_rate(edgesh)}
    if pathlib.Path(program).exists():
        contestants = {"edgesh, from Swift": lambda: native_rate(program), **contestants}
    try:
        parse = construct_decoder()
        contestants["construct, compiled"] = lambda: rate(parse)
    except ImportError:
        print("construct is not installed; Benchmarks/requirements.txt has it")
    try:
        decode = pymodbus_decoder()
        contestants["pymodbus"] = lambda: rate(decode)
    except ImportError:
        print("pymodbus is not installed; Benchmarks/requirements.txt has it")
    rates = {name: [] for name in contestants}
    for _ in range(rounds):
        for name, measure in contestants.items():
            rates[name].append(measure())
    own = table.median(rates[next(iter(contestants))])
    table.show(
        f"Modbus TCP responses of ten registers decoded a second, one core, {rounds} interleaved rounds",
        ["decoder", "frames/s", "edgesh / it"],
        [[name, f"{table.median(values):,.0f}", table.ratio(own / table.median(values))] for name, values in rates.items()],
    )
