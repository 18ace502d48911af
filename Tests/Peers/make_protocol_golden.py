"""Writes Tests/Golden/Protocols/*.jsonl: messages made or read by programs of other authors, with the values they say.

    pip install pymodbus==3.16.1 pynmea2==1.19.0 pyMeterBus==0.8.5 protobuf==7.36.2
    python Tests/Peers/make_protocol_golden.py

pymodbus writes Modbus RTU frames, pynmea2 sentences, protobuf (from the field numbers of the Sparkplug specification) Sparkplug
payloads; pyMeterBus reads M-Bus telegrams that are put together here. A line has the bytes, what is known of the message, and values
by their path in ours.
"""

import json
import pathlib
import random

OUT = pathlib.Path(__file__).resolve().parent.parent / "Golden" / "Protocols"
rng = random.Random(20260731)


def write(name, peer, lines):
    head = {"header": f"{peer}; written by Tests/Peers/make_protocol_golden.py, which says how"}
    text = "\n".join(json.dumps(line, separators=(",", ":")) for line in [head, *lines]) + "\n"
    (OUT / f"{name}.jsonl").write_text(text)
    print(name, len(lines))


def modbus_rtu():
    import pymodbus.pdu.bit_message as bits
    import pymodbus.pdu.register_message as regs
    from pymodbus.framer import FramerRTU
    from pymodbus.pdu import DecodePDU, ExceptionResponse

    framer = FramerRTU(DecodePDU(True))
    u16 = lambda: rng.randrange(65536)
    words = lambda most: [u16() for _ in range(rng.randint(1, most))]
    coils = lambda: [rng.random() < 0.5 for _ in range(rng.randint(1, 40))]
    lines = []

    def add(pdu, direction, values):
        pdu.dev_id = rng.randrange(1, 248)
        lines.append({"hex": framer.buildFrame(pdu).hex(), "direction": direction, "values": {"unit": pdu.dev_id, **values}})

    for _ in range(30):
        start, count = u16(), rng.randint(1, 125)
        for name, kind in [
            ("read_coils", bits.ReadCoilsRequest),
            ("read_discrete_inputs", bits.ReadDiscreteInputsRequest),
            ("read_holding_registers", regs.ReadHoldingRegistersRequest),
            ("read_input_registers", regs.ReadInputRegistersRequest),
        ]:
            add(kind(address=start, count=count), "request", {"function": name, "start": start, "count": count})
        values = words(20)
        add(regs.ReadHoldingRegistersResponse(registers=values), "response", {"function": "read_holding_registers", "registers": values})
        add(regs.ReadInputRegistersResponse(registers=values), "response", {"function": "read_input_registers", "registers": values})
        values = coils()
        padded = values + [False] * (-len(values) % 8)
        add(bits.ReadCoilsResponse(bits=values), "response", {"function": "read_coils", "values": padded})
        add(bits.ReadDiscreteInputsResponse(bits=values), "response", {"function": "read_discrete_inputs", "values": padded})
        add(
            bits.WriteMultipleCoilsRequest(address=start, bits=values),
            "request",
            {"function": "write_multiple_coils", "start": start, "count": len(values)},
        )
        values = words(20)
        add(
            regs.WriteMultipleRegistersRequest(address=start, registers=values),
            "request",
            {"function": "write_multiple_registers", "start": start, "registers": values},
        )
        value = u16()
        add(
            regs.WriteSingleRegisterRequest(address=start, registers=[value]),
            "request",
            {"function": "write_single_register", "address": start, "value": value},
        )
        on = rng.random() < 0.5
        add(
            bits.WriteSingleCoilRequest(address=start, bits=[on]),
            "request",
            {"function": "write_single_coil", "address": start, "value": "on" if on else "off"},
        )
        masks = u16(), u16()
        add(
            regs.MaskWriteRegisterRequest(address=start, and_mask=masks[0], or_mask=masks[1]),
            "request",
            {"function": "mask_write_register", "address": start, "and_mask": masks[0], "or_mask": masks[1]},
        )
        add(ExceptionResponse(3, exception_code=2), "response", {"exception": True, "code": "illegal_data_address"})
    write("modbus-rtu", "frames written by pymodbus 3.16.1", lines)


def nmea():
    import pynmea2

    digits = lambda whole, places: f"{rng.uniform(0, whole):.{places}f}"
    clock = lambda: f"{rng.randrange(24):02}{rng.randrange(60):02}{rng.randrange(60):02}.{rng.randrange(100):02}"
    latitude = lambda: (f"{rng.randrange(90):02}{rng.uniform(10, 59):.4f}", rng.choice("NS"))
    longitude = lambda: (f"{rng.randrange(100, 180):03}{rng.uniform(10, 59):.4f}", rng.choice("EW"))
    lines = []

    def add(message, numbers, texts):
        text = str(message) + "\r\n"
        again = pynmea2.parse(text.strip(), check=True)
        values = {"talker": again.talker, "sentence": again.sentence_type}
        values |= {ours: float(getattr(again, theirs)) for ours, theirs in numbers.items() if getattr(again, theirs) not in (None, "")}
        values |= {ours: str(again.data[place]) for ours, place in texts.items()}
        lines.append({"hex": text.encode().hex(), "values": values})

    for _ in range(60):
        talker = rng.choice(["GP", "GN", "GL", "II"])
        lat, ns = latitude()
        lon, ew = longitude()
        add(
            pynmea2.GGA(
                talker, "GGA",
                (clock(), lat, ns, lon, ew, str(rng.randrange(9)), f"{rng.randrange(24):02}", digits(9, 1), digits(3000, 1), "M", digits(60, 1), "M", "", ""),
            ),
            {"latitude": "lat", "longitude": "lon", "quality": "gps_qual", "satellites": "num_sats", "hdop": "horizontal_dil", "altitude": "altitude", "geoid": "geo_sep"},
            {"time": 0, "north_south": 2, "east_west": 4, "altitude_unit": 9},
        )
        add(
            pynmea2.RMC(talker, "RMC", (clock(), "A", lat, ns, lon, ew, digits(40, 1), digits(359, 1), f"{rng.randrange(1, 29):02}0726", digits(9, 1), "E")),
            {"latitude": "lat", "longitude": "lon", "speed": "spd_over_grnd", "course": "true_course", "variation": "mag_variation"},
            {"status": 1, "date": 8, "variation_direction": 10},
        )
        add(pynmea2.GLL(talker, "GLL", (lat, ns, lon, ew, clock(), "A")), {"latitude": "lat", "longitude": "lon"}, {"status": 5})
        add(
            pynmea2.VTG(talker, "VTG", (digits(359, 1), "T", digits(359, 1), "M", digits(40, 1), "N", digits(70, 1), "K")),
            {"course": "true_track", "magnetic_course": "mag_track", "knots": "spd_over_grnd_kts", "kilometres": "spd_over_grnd_kmph"},
            {"knots_unit": 5},
        )
        add(pynmea2.HDT("HE", "HDT", (digits(359, 1), "T")), {"heading": "heading"}, {"reference": 1})
        add(
            pynmea2.MWV("WI", "MWV", (digits(359, 1), rng.choice("RT"), digits(50, 1), rng.choice("KMN"), "A")),
            {"angle": "wind_angle", "speed": "wind_speed"},
            {"reference": 1, "unit": 3, "status": 4},
        )
        add(
            pynmea2.DBT("SD", "DBT", (digits(99, 1), "f", digits(30, 1), "M", digits(16, 1), "F")),
            {"feet": "depth_feet", "metres": "depth_meters", "fathoms": "depth_fathoms"},
            {"metres_unit": 3},
        )
    write("nmea-0183", "sentences written and read by pynmea2 1.19.0", lines)


def mbus():
    import meterbus

    # The data field's code, its number of bytes, and whether it is decimal digits; table 4 of EN 13757-3.
    codings = [(1, 1, False), (2, 2, False), (3, 3, False), (4, 4, False), (7, 8, False), (9, 1, True), (10, 2, True), (11, 3, True), (12, 4, True), (14, 6, True)]
    # What pyMeterBus calls units, and UCUM does; VIF ranges and what the quantity is called here.
    quantities = [(0x00, 8, "energy"), (0x10, 8, "volume"), (0x18, 8, "mass"), (0x28, 8, "power"), (0x38, 8, "volume_flow"),
                  (0x58, 4, "flow_temperature"), (0x5C, 4, "return_temperature"), (0x64, 4, "external_temperature"), (0x68, 4, "pressure")]
    units = {"WH": "Wh", "M3": "m3", "KG": "kg", "W": "W", "M3_H": "m3/h", "C": "Cel", "BAR": "bar"}
    lines = []
    for _ in range(120):
        data, names = b"", []
        for _ in range(rng.randint(1, 6)):
            code, size, decimal = rng.choice(codings)
            base, span, name = rng.choice(quantities)
            data += bytes([rng.choice([0, 0x10, 0x20]) | code, base + rng.randrange(span)])
            if decimal:
                data += bytes(int(f"{rng.randrange(100):02}", 16) for _ in range(size))
            else:
                data += rng.randrange(1 << min(8 * size - 1, 40)).to_bytes(size, "little")
            names.append(name)
        serial = rng.randrange(10**8)
        header = bytes.fromhex(f"{serial:08}")[::-1] + bytes.fromhex("2423 01 07 05 00 0000".replace(" ", ""))
        body = bytes([0x08, rng.randrange(1, 251), 0x72]) + header + data
        frame = bytes([0x68, len(body), len(body), 0x68]) + body + bytes([sum(body) & 0xFF, 0x16])
        points = []
        for place, (record, name) in enumerate(zip(meterbus.load(frame).records, names)):
            said = json.loads(json.dumps(record.interpreted, default=str))
            points.append([f"{serial}.{name}.{place}", float(record.parsed_value), units[said["unit"].split(".")[-1]]])
        lines.append({"hex": frame.hex(), "points": points})
    write("mbus", "telegrams read by pyMeterBus 0.8.5", lines)


def sparkplug():
    from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

    file = descriptor_pb2.FileDescriptorProto(name="sparkplug.proto", package="s", syntax="proto2")
    types = {"uint32": 13, "uint64": 4, "bool": 8, "float": 2, "double": 1, "string": 9, "bytes": 12}

    def message(name, fields):
        entry = file.message_type.add(name=name)
        for number, (field, kind) in fields.items():
            repeated = kind.endswith("*")
            kind = kind.rstrip("*")
            added = entry.field.add(name=field, number=number, label=3 if repeated else 1, type=types.get(kind, 11))
            if kind not in types:
                added.type_name = ".s." + kind

    message("Payload", {1: ("timestamp", "uint64"), 2: ("metrics", "Metric*"), 3: ("seq", "uint64"), 4: ("uuid", "string"), 5: ("body", "bytes")})
    message("Metric", {
        1: ("name", "string"), 2: ("alias", "uint64"), 3: ("timestamp", "uint64"), 4: ("datatype", "uint32"), 5: ("is_historical", "bool"),
        6: ("is_transient", "bool"), 7: ("is_null", "bool"), 10: ("int_value", "uint32"), 11: ("long_value", "uint64"), 12: ("float_value", "float"),
        13: ("double_value", "double"), 14: ("boolean_value", "bool"), 15: ("string_value", "string"), 16: ("bytes_value", "bytes"),
    })
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    Payload = message_factory.GetMessageClass(pool.FindMessageTypeByName("s.Payload"))
    lines = []
    for _ in range(200):
        payload = Payload(timestamp=rng.randrange(1 << 41), seq=rng.randrange(256))
        values = {"timestamp": payload.timestamp, "seq": payload.seq}
        for place in range(rng.randint(1, 5)):
            metric = payload.metrics.add()
            metric.name = rng.choice(["temp", "Druck/bar", "level", "größe"]) + str(place)
            values[f"metrics.{place}.name"] = metric.name
            if rng.random() < 0.5:
                metric.alias = rng.randrange(1 << 20)
                values[f"metrics.{place}.alias"] = metric.alias
            if rng.random() < 0.3:
                metric.is_historical = True
                values[f"metrics.{place}.is_historical"] = True
            field, value = rng.choice([
                ("int_value", rng.randrange(1 << 32)), ("long_value", rng.randrange(1 << 62)), ("float_value", rng.randrange(-4000, 4000) / 8),
                ("double_value", rng.uniform(-1e6, 1e6)), ("boolean_value", rng.random() < 0.5), ("string_value", "läuft"),
            ])
            setattr(metric, field, value)
            values[f"metrics.{place}.{field}"] = value
        lines.append({"hex": payload.SerializeToString().hex(), "values": values})
    write("sparkplug-b", "payloads written by protobuf 7.36.2", lines)


OUT.mkdir(parents=True, exist_ok=True)
modbus_rtu()
nmea()
mbus()
sparkplug()
