/// Words that random programs are made of: what a script that wants out would try, among harmless ones.
enum Vocabulary {
    static let paths = [
        "/etc/passwd", "../../../../etc/hosts", "/proc/self/environ", "/proc/self/root/etc/passwd", "/proc/self/fd/0",
        "/dev/null",
        "/dev/zero", "/tmp/edgesh-probe.txt", "/tmp", "/", ".", "..", "", "~/.ssh/id_rsa", "out.txt", "a.csv", "m.onnx",
        "m.tflite", "m",
        "x.npy", "x.wav", "data.json", "x.yaml", "/x.yml", "plot.png", "/tmp/plot.svg", "report.html", "/tmp/report.md",
        "capture.pcap",
        "shadow.db", ":memory:", "file:/tmp/x.db", "a\0b", "./././x", "folder/inner/x.txt", "/usr/bin/gnuplot",
        "idx3-ubyte",
    ]

    static let addresses = [
        "modbus-tcp://127.0.0.1:502/1", "modbus-tcp://127.0.0.1:0", "mqtt://localhost", "mqtts://u:p@host:8883",
        "mqtt://127.0.0.1:1883",
        "http://example.org/", "opc.tcp://127.0.0.1:4840", "coap://[::1]", "file:///etc/passwd",
        "modbus-tcp://example.org", "unix:/tmp/s",
        "modbus-tcp://", "mqtt://127.0.0.1:1",
    ]

    static let protocols = [
        "modbus-tcp", "modbus-rtu", "mqtt", "nmea-0183", "coap", "knxnet-ip", "no-such", "./x.yaml", "../x",
    ]

    static let texts = [
        "PATH", "HOME", "hello world", "a,b\n1,2\n", "{\"a\": [1, 2]}", "a: 1\nb: [2, 3]\n", "holding/3", "t/#", "12",
        "1.5", "", "fan",
        "2024-05-01T00:00:00Z", "cortex-m4", "raspberry-pi-4", "f32", "i8", "sum", "{0}", "%d", "µ", "x",
    ]

    static let modules = [
        "std/vibration", "std/plant", "std/load", "./x.edge", "/etc/passwd", "../x", "/tmp/x.edge", "std/../../x",
    ]

    static let lists = [
        "[]", "[1, 2, 3, 4, 5, 6, 7, 8]", "[1.5, -2.0, 3.25, 0.0]", "[\"a\", \"b\", \"c\"]", "[[1, 2], [3, 4]]",
        "list(0..40)",
        "[{a: 1, b: \"x\"}, {a: 2, b: \"y\"}]", "[{time: 0s, value: 1}, {time: 1s, value: 2}, {time: 2s, value: 4}]",
        "[true, null]",
        "map(list(0..64), x => x % 7)", "[hex\"0103\"]", "[\"/etc/passwd\"]", "[[\"a\", 1], [\"b\", 2]]",
    ]

    static let records = [
        "{}", "{a: 1}", "{name: \"pump\", temp: 61.5}", "{topic: \"t\", payload: \"x\"}", "{a: [1, 2], b: [3, 4]}",
        "{size: 1MB}",
        "{unit: 1, function: 3, address: 0, count: 2}", "{path: \"/etc/passwd\"}", "{speed: 3, light: \"on\"}",
    ]

    /// How scripts come by objects of the runtime without a file.
    static let objects: [String: [String]] = [
        "model": ["fixture_model()", "load(\"m\")", "load(\"/etc/passwd\")"],
        "tensor": ["tensor([1.0, 2.0, 3.0])", "tensor([[1, 2], [3, 4]])", "tensor([0.5, 0.25])"],
        "dataset": [
            "dataset([[1, 2], [3, 4], [5, 6], [7, 8]], labels: [0, 1, 0, 1])", "dataset(\"a.csv\")",
            "dataset(\"/tmp\")",
            "dataset([[1.0], [2.0]])",
        ],
        "series": ["series([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12])", "series(\"a.csv\")"],
        "table": ["table([{a: 1, b: 2}, {a: 3, b: 4}])"],
        "shadow": ["shadow(\":memory:\")", "shadow(\"x.db\")", "shadow(\"\")"],
        "report": ["report(\"title\")", "report(\"/tmp/r.html\")", "report(\"t\", path: \"/tmp/r.md\")"],
        "plot": ["plot([1, 2, 3])"],
        "detector": ["detector()", "detector([1, 2, 3, 2, 1, 2, 3, 2])"],
        "device": ["device(\"cortex-m4\")", "device(\"/tmp/x.yaml\")"],
        "endpoint": ["connect(\"mqtt://127.0.0.1:1883\")", "serve(\"modbus-tcp://127.0.0.1:0\", holding: 4)"],
        "spectrum": ["spectrum([1, 2, 3, 4, 5, 6, 7, 8], 100Hz)"],
        "forecast": ["forecast([1, 2, 3, 4, 5, 6, 7, 8])"],
    ]
}
