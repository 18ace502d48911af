@testable import EdgeProtocols

extension TruthMapping {
    /// All families with truth.
    static let all: [TruthMapping] = [modbus, mqtt, coap, snmp, iec104, s7comm, knx, dnp3, bacnet]

    static let modbus = TruthMapping(
        codec: "modbus-tcp", title: "Modbus TCP", captures: ["modbus__", "own__modbus"], layers: ["mbtcp"],
        pairs: [
            pair("transaction", "mbtcp.trans_id"), pair("unit", "mbtcp.unit_id"),
            pair("function", "modbus.func_code", .named("function")),
            pair("code", "modbus.exception_code", .named("exception")),
            pair("registers.*", "modbus.regval_uint16"),
            pair("start|address|read_start|pointer", "modbus.reference_num"),
        ],
        exceptions: [
            Exception(
                parts: ["rejected, malformed", "bytes are needed"],
                reason: "refused: the message ends within its first field")
        ])

    static let mqtt = TruthMapping(
        codec: "mqtt", title: "MQTT 3.1, 3.1.1 and 5", captures: ["mqtt__", "own__mqtt", "coap__nDPI"],
        layers: ["mqtt"],
        pairs: [
            pair("packet", "mqtt.msgtype", .named("packet")),
            pair("body.protocol", "mqtt.protoname", .text), pair("body.version", "mqtt.ver"),
            pair("body.client_id", "mqtt.clientid", .text), pair("body.keep_alive", "mqtt.kalive"),
            pair("body.will_topic", "mqtt.willtopic", .text), pair("body.username", "mqtt.username", .text),
            pair("body.packet_id", "mqtt.msgid"),
            pair("body.payload", "mqtt.msg", .octets), pair("body.clean_start", "mqtt.conflag.cleansess"),
            pair("body.session_present", "mqtt.conack.flags.sp"),
            pair("body.properties|will_properties.*.id", "mqtt.prop_id", .named("property")),
        ])

    static let coap = TruthMapping(
        codec: "coap", title: "CoAP", captures: ["coap__", "own__coap"], layers: ["coap"],
        pairs: [
            pair("type", "coap.type", .named("type")), pair("code", "coap.code", .named("code")),
            pair("id", "coap.mid"), pair("token", "coap.token", .bytes),
            option("uri_host", "coap.opt.uri_host", .text), option("uri_port", "coap.opt.uri_port"),
            option("uri_path", "coap.opt.uri_path", .text), option("uri_query", "coap.opt.uri_query", .text),
            option("location_path", "coap.opt.location_path", .text), option("etag", "coap.opt.etag", .bytes),
            option("content_format", "coap.opt.ctype", .text), option("accept", "coap.opt.accept", .text),
            option("max_age", "coap.opt.max_age"), option("observe", "coap.opt.observe"),
            option("size1", "coap.opt.size1"),
            pair("options.*.value.number", "coap.opt.block_number"),
            pair("options.*.value.more", "coap.opt.block_mflag"),
            pair("options.*.value.size_exponent", "coap.opt.block_size"),
            pair("coap.payload_length") { message in
                switch message["payload"] {
                case .text(let text): [.int(Int64(text.utf8.count))]
                case .bytes(let bytes): [.int(Int64(bytes.count))]
                default: []
                }
            },
        ],
        exceptions: [
            Exception(
                parts: ["coap.opt.uri_port", "4294967295"],
                reason: "differ: a port of seven bytes, of which tshark says only that it is too large"),
            Exception(
                parts: ["coap.payload_length"],
                reason: "differ: tshark shows the length of all blocks together"),
            Exception(
                parts: ["coap.opt.block_size"],
                reason: "differ: tshark 4.0.17 shows the option Size2 as one more block size"),
        ])

    /// The values of the options of a name.
    private static func option(_ name: String, _ theirs: String, _ form: Form = .number) -> Pair {
        pair(theirs, form) { message in
            values(["options", "*"], in: message).filter { $0["number"] == .text(name) }.compactMap { $0["value"] }
        }
    }

    static let snmp = TruthMapping(
        codec: "snmp", title: "SNMP v1, v2c and v3", captures: ["snmp__", "own__snmp"], layers: ["snmp"],
        pairs: [
            pair("version", "snmp.version", .named("version")), pair("community", "snmp.community", .text),
            pair("**.request_id", "snmp.request_id"), pair("**.error_index", "snmp.error_index"),
            pair("**.error_status", "snmp.error_status", .named("error")),
            pair("**.bindings.*.name", "snmp.name", .text), pair("security.boots", "snmp.msgAuthoritativeEngineBoots"),
            pair("security.time", "snmp.msgAuthoritativeEngineTime"),
            pair("security.user", "snmp.msgUserName", .text),
            pair("header.id", "snmp.msgID"), pair("header.max_size", "snmp.msgMaxSize"),
        ],
        exceptions: [
            Exception(
                parts: ["differs", "msgAuthoritativeEngineBoots"],
                reason: "differ: a negative INTEGER (BER 02 01 dd), which tshark shows without its sign"),
            Exception(
                parts: ["non-canonical"],
                reason: "non-canonical: lengths and numbers in more bytes than they need"),
        ])

    static let iec104 = TruthMapping(
        codec: "iec104", title: "IEC 60870-5-104", captures: ["iec104__", "own__iec104"],
        layers: ["iec60870_104", "iec60870_asdu"],
        pairs: [
            pair("asdu.type", "iec60870_asdu.typeid", .named("type")), pair("send", "iec60870_104.tx"),
            pair("receive|acknowledge", "iec60870_104.rx"), pair("asdu.sequence", "iec60870_asdu.sq"),
            pair("function", "iec60870_104.utype", .named("function")),
            pair("asdu.cause", "iec60870_asdu.causetx", .named("cause")), pair("asdu.negative", "iec60870_asdu.nega"),
            pair("asdu.test", "iec60870_asdu.test"), pair("asdu.originator", "iec60870_asdu.oa"),
            pair("asdu.address", "iec60870_asdu.addr"),
            Pair(
                ours: [], theirs: "iec60870_asdu.ioa", form: .number,
                collect: { message in
                    // The objects of a sequence have the addresses that follow the first one's.
                    let objects = values(["asdu", "objects", "*"], in: message)
                    if let first = message[path: ["asdu", "first"]]?.integer {
                        return objects.indices.map { .int(first + Int64($0)) }
                    }
                    return objects.compactMap { $0["address"] }
                }, isUnordered: true),
            value("float", .real, of: ["float", "setpoint_float", "parameter_float"]),
            value("normval", .real, of: ["normalized", "setpoint_normalized", "parameter_normalized"]),
            value("scalval", .number, of: ["scaled", "setpoint_scaled", "parameter_scaled"]),
            value("siq.spi", .number, of: ["single_point"]),
            value("diq.dpi", .named("double_point"), of: ["double_point"]),
            value("vti.v", .number, of: ["step_position"]),
            value("vti.t", .number, of: ["step_position"], field: "transient"),
            value("bitstring", .number, of: ["bitstring"]), value("bcr.count", .number, of: ["integrated_totals"]),
            value("bcr.sq", .number, of: ["integrated_totals"], field: "sequence_number"),
            value("bcr.cy", .number, of: ["integrated_totals"], field: "carry"),
            value("bcr.ca", .number, of: ["integrated_totals"], field: "adjusted"),
            value("bcr.iv", .number, of: ["integrated_totals"], field: "invalid"),
            value("sco.on", .number, of: ["single_command"]),
            value("sco.qu", .number, of: ["single_command"], field: "qualifier"),
            value("sco.se", .number, of: ["single_command"], field: "select"),
            value("dco.on", .number, of: ["double_command"]),
            value("dco.qu", .number, of: ["double_command"], field: "qualifier"),
            value("dco.se", .number, of: ["double_command"], field: "select"),
            value("qos.ql", .number, of: ["setpoint"], field: "qualifier"),
            value("qos.se", .number, of: ["setpoint"], field: "select"),
            value("siq.iv", .number, of: ["single_point"], field: "invalid"),
            value("siq.nt", .number, of: ["single_point"], field: "not_topical"),
            value("siq.sb", .number, of: ["single_point"], field: "substituted"),
            value("siq.bl", .number, of: ["single_point"], field: "blocked"),
            value("diq.iv", .number, of: ["double_point"], field: "invalid"),
            value("diq.bl", .number, of: ["double_point"], field: "blocked"),
            value("qds.iv", .number, of: measured, field: "invalid"),
            value("qds.nt", .number, of: measured, field: "not_topical"),
            value("qds.sb", .number, of: measured, field: "substituted"),
            value("qds.bl", .number, of: measured, field: "blocked"),
            value("qds.ov", .number, of: measured, field: "overflow"),
            pair("asdu.objects.*.time.milliseconds", "iec60870_asdu.cp56time.ms"),
            pair("asdu.objects.*.time.minute", "iec60870_asdu.cp56time.min"),
            pair("asdu.objects.*.time.invalid", "iec60870_asdu.cp56time.iv"),
            pair("asdu.objects.*.time.hour", "iec60870_asdu.cp56time.hour"),
            pair("asdu.objects.*.time.summer_time", "iec60870_asdu.cp56time.su"),
            pair("asdu.objects.*.time.day", "iec60870_asdu.cp56time.day"),
            pair("asdu.objects.*.time.weekday", "iec60870_asdu.cp56time.dow"),
            pair("asdu.objects.*.time.month", "iec60870_asdu.cp56time.month"),
            pair("asdu.objects.*.time.year", "iec60870_asdu.cp56time.year"),
        ],
        exceptions: [
            Exception(
                parts: ["rejected", "TestDissectIec104.pcap", "bytes are needed, but"],
                reason:
                    "refused: the length is too small for the control field or the ASDU (written to test dissectors)"),
            Exception(
                parts: ["rejected", "TestDissectIec104.pcap", "bytes are left over"],
                reason: "refused: U and S formats have a length of 4, here it is larger (written to test dissectors)"),
        ])

    private static let measured = ["step_position", "bitstring", "normalized", "scaled", "float"]

    /// A field of the objects of IEC 104 messages whose types begin so.
    private static func value(_ theirs: String, _ form: Form, of types: [String], field: String = "value") -> Pair {
        pair("iec60870_asdu." + theirs, form) { message in
            guard case .text(let type)? = message[path: ["asdu", "type"]],
                types.contains(where: { type.hasPrefix($0) }),
                !(theirs.hasPrefix("siq") || theirs.hasPrefix("diq")) || !type.contains("command"),
                !theirs.hasPrefix("bitstring") || !type.contains("command")
            else { return [] }
            return values(["asdu", "objects", "*", field], in: message)
        }
    }

    static let s7comm = TruthMapping(
        codec: "s7comm", title: "S7comm", captures: ["s7comm__", "own__s7"], layers: ["s7comm"],
        pairs: [
            pair("s7.kind", "s7comm.header.rosctr", .named("kind")), pair("s7.reference", "s7comm.header.pduref"),
            pair("s7.redundancy", "s7comm.header.redid"),
            pair("s7.error_class", "s7comm.header.errcls"), pair("s7.error_code", "s7comm.header.errcod"),
            pair("s7.parameter.function", "s7comm.param.func", .named("function")),
            pair("s7.parameter.pdu_size", "s7comm.param.pdu_length"),
            pair("s7.parameter.items.*.db", "s7comm.param.item.db"),
            pair("s7.parameter.items.*.area", "s7comm.param.item.area", .named("area")),
            pair("s7.parameter.items.*.count", "s7comm.param.item.length"),
            pair("s7comm.param.item.address.byte") { message in
                // The addresses of counters and timers are numbers of their own.
                values(["s7", "parameter", "items", "*"], in: message)
                    .filter { $0["area"] != .text("counters") && $0["area"] != .text("timers") }.compactMap {
                        $0["byte"]
                    }
            },
            pair("s7.parameter.items.*.type", "s7comm.param.item.transp_size", .named("type")),
            pair("s7.parameter.direction", "s7comm.param.userdata.type", .named("direction")),
            pair("s7.parameter.group", "s7comm.param.userdata.funcgroup", .named("group")),
            pair("s7.parameter.subfunction", "s7comm.param.userdata.subfunc"),
            pair("s7.parameter.sequence", "s7comm.param.userdata.seq_num"),
            pair("s7.parameter.data_unit", "s7comm.param.userdata.dataunitref"),
            pair("s7.parameter.last_unit", "s7comm.param.userdata.lastdataunit"),
            pair("s7.parameter.error", "s7comm.param.errcod") { isUserData($0) },
            pair("s7.parameter.file", "s7comm.param.blockcontrol.filename", .text) {
                $0.fields["s7comm.param.func"]?.first != "0x28"
            },
            pair("s7.parameter.service", "s7comm.param.pistart.servicename", .text) {
                $0.fields["s7comm.param.func"]?.first == "0x28"
            },
            pair("s7.data.id", "s7comm.data.userdata.szl_id"), pair("s7.data.index", "s7comm.data.userdata.szl_index"),
            pair("s7.data.entry_size", "s7comm.data.userdata.szl_id.partlist_len"),
            pair("s7.data.entry_count", "s7comm.data.userdata.szl_id.partlist_cnt"),
            pair("s7.data.time.month", "s7comm.data.ts_month") { isClock($0) },
            pair("s7.data.time.day", "s7comm.data.ts_day") { isClock($0) },
            pair("s7.data.time.hour", "s7comm.data.ts_hour") { isClock($0) },
            pair("s7.data.time.minute", "s7comm.data.ts_minute") { isClock($0) },
            pair("s7.data.time.second", "s7comm.data.ts_second") { isClock($0) },
            Pair(
                ours: [], theirs: "s7comm.data.returncode", form: .named("result"), applies: { !isUserData($0) },
                collect: { message in
                    guard let s7 = message["s7"] else { return [] }
                    if s7["kind"] == .text("acknowledge_data"), s7[path: ["parameter", "function"]] == .text("write"),
                        case .list(let results)? = s7["data"]
                    {
                        return results
                    }
                    return leaves(["result"], in: s7["data"] ?? .null)
                }),
            pair("s7.data.**.type", "s7comm.data.transportsize", .named("data_type")) { !isUserData($0) },
            pair("s7.data.**.data", "s7comm.resp.data", .bytes) { $0.fields["s7comm.header.rosctr"]?.first == "3" },
        ],
        exceptions: [
            Exception(
                parts: ["rejected, malformed", "own__s7__seed1.pcap 112"],
                reason: "refused: the parameters end before their first field"),
            Exception(
                parts: ["s7comm.data.userdata.szl", "ours []"],
                reason:
                    "differ: tshark puts the parts of a system status list together and shows the whole; ours stay parts"
            ),
            Exception(
                parts: ["downloadHwConfig", "s7comm.param.userdata.type"],
                reason: "differ: user data with another head (00 01 00 10), which stays bytes"),
        ])

    private static func isUserData(_ packet: TruthFile.Packet) -> Bool {
        packet.fields["s7comm.header.rosctr"]?.first == "7"
    }

    private static func isClock(_ packet: TruthFile.Packet) -> Bool {
        packet.fields["s7comm.param.userdata.funcgroup"]?.first == "7"
    }

    static let knx = TruthMapping(
        codec: "knxnet-ip", title: "KNXnet/IP", captures: ["knxnetip__", "own__knxnetip"], layers: ["kip", "cemi"],
        pairs: [
            pair("service", "knxip.service", .named("service")), pair("body.channel", "knxip.channel"),
            pair("body.sequence", "knxip.seqctr"), pair("body.status", "knxip.status", .named("status")),
            pair("body.**.address", "knxip.ipaddr", .text),
            pair("body.cemi.code", "cemi.mc", .named("message")), pair("body.cemi.source", "cemi.sa"),
            pair("body.cemi.destination", "cemi.da"), pair("body.cemi.hops", "cemi.hc"),
            pair("body.cemi.priority", "cemi.prio", .named("priority")),
            pair("body.cemi.data.service", "cemi.ac", .named("apci")),
            pair("body.cemi.data.data", "cemi.data", .bytes),
        ])
}
