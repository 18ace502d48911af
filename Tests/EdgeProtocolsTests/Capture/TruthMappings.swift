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
        ])

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
        ])

    static let iec104 = TruthMapping(
        codec: "iec104", title: "IEC 60870-5-104", captures: ["iec104__", "own__iec104"], layers: ["iec60870_104"],
        pairs: [
            pair("asdu.type", "iec60870_asdu.typeid", .named("type")), pair("send", "iec60870_104.tx"),
            pair("receive|acknowledge", "iec60870_104.rx"), pair("asdu.sequence", "iec60870_asdu.sq"),
            pair("asdu.cause", "iec60870_asdu.causetx", .named("cause")), pair("asdu.negative", "iec60870_asdu.nega"),
            pair("asdu.test", "iec60870_asdu.test"), pair("asdu.originator", "iec60870_asdu.oa"),
            pair("asdu.address", "iec60870_asdu.addr"), pair("asdu.objects.*.address", "iec60870_asdu.ioa"),
        ])

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
            pair("s7.parameter.items.*.byte", "s7comm.param.item.address.byte"),
            Pair(
                ours: ["s7", "data", "**", "data"], theirs: "s7comm.resp.data", form: .bytes,
                onlyWhere: ("s7comm.header.rosctr", "3")),
        ])

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

    static let dnp3 = TruthMapping(
        codec: "dnp3", title: "DNP3 (link, transport and application headers)",
        captures: ["dnp3__", "dnp3-conformance__"],
        layers: ["dnp3"],
        pairs: [
            pair("destination", "dnp3.dst"), pair("source", "dnp3.src"), pair("primary", "dnp3.ctl.prm"),
            pair("from_master", "dnp3.ctl.dir"), pair("transport.sequence", "dnp3.tr.seq"),
            pair("transport.first", "dnp3.tr.fir"), pair("transport.final", "dnp3.tr.fin"),
            pair("transport.application.function", "dnp3.al.func", .named("application_function")),
            pair("transport.application.sequence", "dnp3.al.seq"),
        ])

    static let bacnet = TruthMapping(
        codec: "bacnet-ip", title: "BACnet/IP (link, network and application headers)",
        captures: ["bacnet__", "own__bacnet"], layers: ["bvlc", "bacnet", "bacapp"],
        pairs: [
            pair("function", "bvlc.function", .named("function")),
            pair("npdu.apdu.kind", "bacapp.type", .named("kind")),
            pair("npdu.apdu.invoke", "bacapp.invoke_id"), pair("npdu.expects_reply", "bacnet.control_expect"),
            pair("npdu.destination.network", "bacnet.dnet"), pair("npdu.source.network", "bacnet.snet"),
            pair("npdu.hops", "bacnet.hopc"),
            pair("npdu.apdu.segmented", "bacapp.segmented_request"),
        ], ports: [47809, 47810])
}
