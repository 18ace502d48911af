@testable import EdgeProtocols

extension TruthMapping {
    static let bacnet = TruthMapping(
        codec: "bacnet-ip", title: "BACnet/IP", captures: ["bacnet__", "own__bacnet"],
        layers: ["bvlc", "bacnet", "bacapp"],
        pairs: [
            pair("function", "bvlc.function", .named("function")),
            pair("npdu.apdu.kind", "bacapp.type", .named("kind")),
            pair("npdu.apdu.invoke", "bacapp.invoke_id"), pair("npdu.expects_reply", "bacnet.control_expect"),
            pair("npdu.destination.network", "bacnet.dnet"), pair("npdu.source.network", "bacnet.snet"),
            pair("npdu.hops", "bacnet.hopc"), pair("npdu.apdu.segmented", "bacapp.segmented_request"),
            pair("npdu.apdu.more", "bacapp.more_segments"), pair("npdu.apdu.accepts_segments", "bacapp.SA"),
            pair("npdu.apdu.maximum_segments", "bacapp.response_segments"),
            pair("npdu.apdu.maximum_size", "bacapp.max_adpu_size"),
            pair("npdu.apdu.service", "bacapp.confirmed_service", .named("confirmed")),
            pair("npdu.apdu.service", "bacapp.unconfirmed_service", .named("unconfirmed")),
            pair("npdu.apdu.reason", "bacapp.reject_reason", .named("reject_reason")),
            pair("npdu.apdu.reason", "bacapp.abort_reason", .named("abort_reason")),
            pair("npdu.apdu.**.class", "bacapp.error_class", .named("error_class")),
            pair("npdu.apdu.**.code", "bacapp.error_code", .named("error_code")),
            // Objects, properties and values: of the services whose parameters have names, and of tagged values.
            pair("npdu.apdu.parameters.**.type", "bacapp.objectType", .named("object_type"), where: isNamed),
            pair("npdu.apdu.parameters.**.instance", "bacapp.instance_number", where: isNamed),
            pair("npdu.apdu.parameters.**.property", "bacapp.property_identifier", .named("property"), where: isNamed),
            pair("npdu.apdu.parameters.**.index", "bacapp.property_array_index", where: isNamed),
            pair("npdu.apdu.parameters.vendor", "bacapp.vendor_identifier", where: isNamed),
            pair("npdu.apdu.parameters.process", "bacapp.processId", where: isNamed),
            labelled("label.real", .real, ["real"]), labelled("label.text", .text, ["text"]),
            labelled("label.boolean", .number, ["boolean", "confirmed"]),
            labelled("label.unsigned", .number, ["maximum_size", "priority", "duration"]),
            labelled("label.enumerated", .number, ["enumerated", "segmentation", "state", "enable"]),
            labelled("label.bits", .text, ["bit_string"]),
        ], ports: [47809, 47810],
        exceptions: [
            Exception(
                parts: ["bacnet_error_reject_abort.pcap 28:"],
                reason: "refused: a bracket of the parameters is never closed (ASHRAE 135, 20.2.1.3.2)")
        ])

    /// Services whose parameters the grammar names.
    private static let confirmed: Set<String> = ["1", "5", "12", "14", "15", "16", "17", "20"]
    private static let unconfirmed: Set<String> = ["0", "1", "2", "6", "7", "8", "9"]

    private static func isNamed(_ packet: TruthFile.Packet) -> Bool {
        if let service = packet.fields["bacapp.confirmed_service"]?.first { return confirmed.contains(service) }
        return packet.fields["bacapp.unconfirmed_service"]?.first.map { unconfirmed.contains($0) } ?? false
    }

    /// Values that tshark shows in words only.
    private static func labelled(_ theirs: String, _ form: Form, _ names: Set<String>) -> Pair {
        Pair(
            ours: [], theirs: theirs, form: form, applies: { isNamed($0) },
            collect: { message in
                leaves(names, in: message[path: ["npdu", "apdu", "parameters"]] ?? .null).map { value in
                    switch value {
                    case .list(let bits): .text(bits.map { $0 == .bool(true) ? "T" : "F" }.joined())
                    case .text(let name): .text(enumerated[name].map { String($0) } ?? name)
                    default: value
                    }
                }
            })
    }

    /// The numbers of names that stand in words in tshark's labels.
    private static let enumerated: [String: Int64] = {
        guard let codec = try? VectorTests.library.codec("bacnet-ip") else { return [:] }
        return ["segmentation", "reinitialized_state", "communication"].reduce(into: [:]) { all, name in
            all.merge(codec.grammar.enumerations[name]?.values ?? [:]) { first, _ in first }
        }
    }()
}
