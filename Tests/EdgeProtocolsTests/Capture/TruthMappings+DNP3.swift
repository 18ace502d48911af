@testable import EdgeProtocols

extension TruthMapping {
    static let dnp3 = TruthMapping(
        codec: "dnp3", title: "DNP3", captures: ["dnp3__", "dnp3-conformance__"], layers: ["dnp3"],
        pairs: [
            pair("destination", "dnp3.dst"), pair("source", "dnp3.src"), pair("primary", "dnp3.ctl.prm"),
            pair("from_master", "dnp3.ctl.dir"),
            pair("dnp3.ctl.prifunc") { $0["primary"] == nil ? [] : [$0["function"] ?? .null] },
            pair("transport.sequence", "dnp3.tr.seq"), pair("transport.first", "dnp3.tr.fir"),
            pair("transport.final", "dnp3.tr.fin"),
            application("dnp3.al.func", .named("application_function")) { [$0["function"]] },
            application("dnp3.al.seq") { [$0["sequence"]] }, application("dnp3.al.fir") { [$0["first"]] },
            application("dnp3.al.fin") { [$0["final"]] }, application("dnp3.al.con") { [$0["confirm"]] },
            application("dnp3.al.uns") { [$0["unsolicited"]] },
            application("dnp3.al.iin.rst") { [$0[path: ["indications", "device_restart"]]] },
            application("dnp3.al.iin.dt") { [$0[path: ["indications", "device_trouble"]]] },
            application("dnp3.al.iin.dol") { [$0[path: ["indications", "local_control"]]] },
            application("dnp3.al.iin.tsr") { [$0[path: ["indications", "need_time"]]] },
            application("dnp3.al.iin.cls1d") { [$0[path: ["indications", "class_1"]]] },
            application("dnp3.al.iin.cls2d") { [$0[path: ["indications", "class_2"]]] },
            application("dnp3.al.iin.cls3d") { [$0[path: ["indications", "class_3"]]] },
            application("dnp3.al.iin.oae") { [$0[path: ["indications", "already_executing"]]] },
            application("dnp3.al.iin.ebo") { [$0[path: ["indications", "event_buffer_overflow"]]] },
            application("dnp3.al.iin.pioor") { [$0[path: ["indications", "parameter_error"]]] },
            application("dnp3.al.iin.obju") { [$0[path: ["indications", "object_unknown"]]] },
            application("dnp3.al.iin.fcni") { [$0[path: ["indications", "no_function_code"]]] },
            headers("dnp3.al.obj") { header in
                guard let group = header["group"]?.integer, let variation = header["variation"]?.integer else {
                    return []
                }
                return [.int(group << 8 | variation)]
            },
            headers("dnp3.al.objq.prefix", .named("prefix")) { [$0["prefix"]] },
            headers("dnp3.al.objq.range", .named("range")) { [$0["range"]] },
            headers("dnp3.al.range.start") { [$0["start"]] },
            points("dnp3.al.index", groups: [0...255], field: "index"),
            points("dnp3.al.bit", groups: [1...2, 10...10, 80...80], field: "value") {
                // The state of an output with flags is one of these for tshark.
                $0["group"] != .int(10) || $0["variation"] == .int(1)
            },
            points("dnp3.al.boq.b7", groups: [10...10], field: "value") { $0["variation"] != .int(1) },
            points("dnp3.al.cnt", groups: [20...23], field: "value"),
            points("dnp3.al.ana.int", groups: [30...34], field: "value", isReal: false),
            points("dnp3.al.ana.float", groups: [30...34], field: "value", isReal: true),
            points("dnp3.al.anaout.int", groups: [40...43], field: "value", isReal: false),
            points("dnp3.al.anaout.float", groups: [40...43], field: "value", isReal: true),
            points("dnp3.al.ctrlstatus", .named("status"), groups: [12...43], field: "status"),
            points("dnp3.al.count", groups: [12...12], field: "count"),
            points("dnp3.al.on_time", groups: [12...12], field: "on_time"),
            points("dnp3.al.off_time", groups: [12...12], field: "off_time"),
            points("dnp3.ctl.op", .named("operation"), groups: [12...12], field: "operation"),
            points("dnp3.ctl.clr", groups: [12...12], field: "clear"),
            points("dnp3.ctl.trip", .named("trip_close"), groups: [12...12], field: "trip_close"),
            points("dnp3.al.timestamp", .time, groups: [0...255], field: "time"),
            points("dnp3.al.time_delay", groups: [52...52], field: "delay"),
            flags("biq", groups: [1...4], 0, "online"), flags("biq", groups: [1...4], 1, "restart"),
            flags("biq", groups: [1...4], 2, "communication_lost"), flags("biq", groups: [1...4], 3, "remote_forced"),
            flags("boq", groups: [10...11], 0, "online"), flags("boq", groups: [10...11], 1, "restart"),
            flags("ctrq", groups: [20...23], 0, "online"), flags("ctrq", groups: [20...23], 5, "rollover"),
            flags("aiq", groups: [30...33], 0, "online"), flags("aiq", groups: [30...33], 1, "restart"),
            flags("aiq", groups: [30...33], 5, "over_range"), flags("aiq", groups: [30...33], 6, "reference_error"),
            flags("aoq", groups: [40...43], 0, "online"), flags("aoq", groups: [40...43], 5, "over_range"),
        ],
        exceptions: [
            Exception(
                parts: ["dnp3.al.obj", "ours [\"13058\", "],
                reason: "differ: tshark does not know group 51 variation 2 and gives up on the objects after it"),
            Exception(
                parts: ["rejected, malformed", "crob_malform_but_good_crc"],
                reason: "refused: the control block ends early; the capture is named after it"),
            Exception(
                parts: ["dnp3.al.timestamp", "file_write"],
                reason: "differ: objects of files (group 70) stay bytes, with the time in them"),
            Exception(
                parts: ["dnp3.al.range.start", "vto"],
                reason: "differ: virtual terminals (group 112) are not known here and stay bytes"),
        ])

    /// The application layer of a frame, or what several frames made up.
    private static func application(in message: FieldValue) -> FieldValue? {
        message["objects"] == nil ? message[path: ["transport", "application"]] : message
    }

    private static func application(
        _ theirs: String, _ form: Form = .number, _ collect: @escaping @Sendable (FieldValue) -> [FieldValue?]
    ) -> Pair {
        pair(theirs, form) { message in
            application(in: message).map { collect($0).compactMap { $0 } } ?? []
        }
    }

    private static func headers(
        _ theirs: String, _ form: Form = .number, _ collect: @escaping @Sendable (FieldValue) -> [FieldValue?]
    ) -> Pair {
        pair(theirs, form) { message in
            guard case .list(let headers)? = application(in: message)?["objects"] else { return [] }
            return headers.flatMap { collect($0).compactMap { $0 } }
        }
    }

    /// A field of the objects of some groups; bits that stand packed are values of their own.
    private static func points(
        _ theirs: String, _ form: Form? = nil, groups: [ClosedRange<Int64>], field: String, isReal: Bool? = nil,
        where fits: @escaping @Sendable (FieldValue) -> Bool = { _ in true }
    ) -> Pair {
        headers(theirs, form ?? (isReal == true ? .real : .number)) { header in
            guard fits(header), let group = header["group"]?.integer, groups.contains(where: { $0.contains(group) }),
                case .list(let items)? = header["items"]
            else { return [] }
            return items.compactMap { item in
                let value = item[field] ?? (field == "value" && item["value"] == nil ? item : nil)
                guard let value, value["index"] == nil else { return nil }
                if let isReal {
                    if case .real = value { return isReal ? value : nil }
                    return isReal ? nil : value
                }
                return value
            }
        }
    }

    private static func flags(_ name: String, groups: [ClosedRange<Int64>], _ bit: Int, _ field: String) -> Pair {
        points("dnp3.al.\(name).b\(bit)", groups: groups, field: field)
    }
}
