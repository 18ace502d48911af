import EdgeData
import EdgeLang
import EdgeProtocols

extension Primitives {
    /// What is wanted of devices and what they said of themselves.
    static let shadows: [BuiltinSpec] = [shadow, desire, reportState, delta, state]

    private static let topicOfShadows = "Device shadows"

    private static var shadow: BuiltinSpec {
        BuiltinSpec(
            "shadow", "Opens the shadows of devices in a file, or begins such a file.",
            .value("path", String.self, "the SQLite file; `:memory:` keeps nothing"),
            .label(
                "timeout", TimeSpan.self, default: TimeSpan(seconds: 5), in: 0.0...,
                "how long to wait for other programs"),
            returns: "the shadows", effects: [.readsFiles, .writesFiles],
            details: """
                A shadow holds two records for each device: what is desired of it, and what it reported. Several programs may use one file at the same
                time. What `desire` and `report_state` have written is on the disk when they return. The field `devices` lists those that have a shadow.
                """,
            topic: topicOfShadows, seeAlso: ["desire", "report_state", "delta", "state", "close"],
            examples: [
                Example(
                    "let s = shadow(\"plant.db\")\ndesire(s, \"fan\", {speed: 3, light: \"on\"})\nreport_state(s, \"fan\", {speed: 1, light: \"on\"})\ndelta(s, \"fan\")",
                    "{speed: 3}"),
                Example(
                    "let s = shadow(\":memory:\")\ndesire(s, \"fan\", {speed: 3})\ns.devices", "[\"fan\"]"),
            ]
        ) { context, path, timeout in
            if path != ":memory:" {
                try context.authorize(.readFile(path))
                try context.authorize(.writeFile(path))
            }
            return ShadowObject(try ShadowStore(path, Wait(timeout, context)))
        }
    }

    private static var desire: BuiltinSpec {
        BuiltinSpec(
            "desire", "Says what is wanted of a device.",
            .value("shadow", ShadowObject.self, "the shadows"),
            .value("device", String.self, "the name of the device"),
            .value("changes", PlainValue.self, "a record that is merged into what is desired; null deletes"),
            .label(
                "at", TimeSpan?.self,
                "when it was decided, since 1970: a value written later than that stays; without it now"),
            .label("version", Int?.self, in: 0..., "the version that the shadow must have; another one is an error"),
            .label(
                "timeout", TimeSpan.self, default: TimeSpan(seconds: 5), in: 0.0...,
                "how long to wait for other programs"),
            returns:
                "a record: `version` now, `time`, and `stale`: the paths that were written later and stay as they are",
            type: "record", effects: [.writesFiles], topic: topicOfShadows,
            seeAlso: ["report_state", "delta", "state"],
            examples: [
                Example(
                    "let s = shadow(\":memory:\")\ndesire(s, \"fan\", {speed: 3}, at: 20s)\ndesire(s, \"fan\", {speed: 9}, at: 10s).stale",
                    "[\"/speed\"]")
            ]
        ) { context, object, device, changes, time, version, timeout in
            try update(object, device, .desired, changes, time, version, Wait(timeout, context))
        }
    }

    private static var reportState: BuiltinSpec {
        BuiltinSpec(
            "report_state", "Keeps what a device said of itself.",
            .value("shadow", ShadowObject.self, "the shadows"),
            .value("device", String.self, "the name of the device"),
            .value("changes", PlainValue.self, "a record that is merged into what is reported; null deletes"),
            .label(
                "at", TimeSpan?.self,
                "when it was measured, since 1970: a value written later than that stays; without it now"),
            .label("version", Int?.self, in: 0..., "the version that the shadow must have; another one is an error"),
            .label(
                "timeout", TimeSpan.self, default: TimeSpan(seconds: 5), in: 0.0...,
                "how long to wait for other programs"),
            returns:
                "a record: `version` now, `time`, and `stale`: the paths that were written later and stay as they are",
            type: "record", effects: [.writesFiles], topic: topicOfShadows, seeAlso: ["desire", "delta", "state"],
            examples: [
                Example("report_state(shadow(\":memory:\"), \"fan\", {speed: 1}).version", "1")
            ]
        ) { context, object, device, changes, time, version, timeout in
            try update(object, device, .reported, changes, time, version, Wait(timeout, context))
        }
    }

    private static var delta: BuiltinSpec {
        BuiltinSpec(
            "delta", "Gives what a device still has to do: what is desired and not reported.",
            .value("shadow", ShadowObject.self, "the shadows"),
            .value("device", String.self, "the name of the device"),
            .label(
                "timeout", TimeSpan.self, default: TimeSpan(seconds: 5), in: 0.0...,
                "how long to wait for other programs"),
            returns: "a record, empty where nothing is left to do", type: "record", effects: [.readsFiles],
            topic: topicOfShadows, seeAlso: ["desire", "report_state", "state"],
            examples: [
                Example(
                    "let s = shadow(\":memory:\")\ndesire(s, \"fan\", {speed: 3, mode: {night: true}})\nreport_state(s, \"fan\", {speed: 3.0})\ndelta(s, \"fan\")",
                    "{mode: {night: true}}")
            ]
        ) { context, object, device, timeout in
            PlainValue(try object.store.state(device, Wait(timeout, context)).delta)
        }
    }

    private static var state: BuiltinSpec {
        BuiltinSpec(
            "state", "Gives all that is known of a device.",
            .value("shadow", ShadowObject.self, "the shadows"),
            .value("device", String.self, "the name of the device"),
            .label(
                "timeout", TimeSpan.self, default: TimeSpan(seconds: 5), in: 0.0...,
                "how long to wait for other programs"),
            returns:
                "a record: `device`, `version`, `desired`, `reported`, `delta`, and when the two were last written: `desired_at`, `reported_at`",
            type: "record", effects: [.readsFiles], topic: topicOfShadows, seeAlso: ["delta", "shadow"],
            examples: [
                Example(
                    "let s = shadow(\":memory:\")\nreport_state(s, \"fan\", {speed: 1})\nlet now = state(s, \"fan\")\n[now.version, now.reported.speed]",
                    "[1, 1]")
            ]
        ) { context, object, device, timeout in
            let state = try object.store.state(device, Wait(timeout, context))
            return PlainValue.record([
                .init("device", .string(state.device)), .init("version", .int(state.version)),
                .init("desired", PlainValue(state.desired)), .init("reported", PlainValue(state.reported)),
                .init("delta", PlainValue(state.delta)), .init("desired_at", moment(state.desiredTime)),
                .init("reported_at", moment(state.reportedTime)),
            ])
        }
    }

    private static func update(
        _ object: ShadowObject, _ device: String, _ side: ShadowSide, _ changes: PlainValue, _ time: TimeSpan?,
        _ version: Int?, _ wait: Wait
    ) throws -> PlainValue {
        let nanoseconds = try time.map { time in
            guard let exact = Int64(exactly: (time.seconds * 1e9).rounded()) else {
                throw RuntimeError(.unsuitableValue, "`at` must be a time within 292 years of 1970")
            }
            return exact
        }
        let update = try object.store.update(
            device, side, DataTree(changes), time: nanoseconds, expecting: version, wait)
        return .record([
            .init("version", .int(update.version)), .init("time", moment(update.time)),
            .init("stale", .list(update.stale.map { PlainValue.string($0) })),
        ])
    }

    private static func moment(_ nanoseconds: Int64?) -> PlainValue {
        nanoseconds.map { .quantity(Quantity(value: Double($0) / 1e9, dimension: .time)) } ?? .null
    }
}
