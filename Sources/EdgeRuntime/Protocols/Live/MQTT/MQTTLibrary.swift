import CMosquitto
import Glibc

/// libmosquitto, loaded at first use. Its calls are made through here.
struct MQTTLibrary: @unchecked Sendable {
    // The table is written once, before anybody sees it, and lives as long as the program.
    let functions: UnsafePointer<edge_mosquitto_table>

    init() throws(EndpointError) {
        guard let functions = edge_mosquitto() else {
            let reason = edge_mosquitto_load().map { String(cString: $0) } ?? "unknown"
            throw .library("libmosquitto, which speaks MQTT,", reason, package: "libmosquitto1")
        }
        self.functions = functions
    }

    /// What a result code means, in a few words. To be called at once: errno goes with one of them.
    func reason(_ code: Int32) -> String {
        if code == Int32(MOSQ_ERR_ERRNO.rawValue) { return String(cString: strerror(errno)).lowercased() }
        if code == Int32(MOSQ_ERR_EAI.rawValue) { return "unknown host" }
        return sentence(functions.pointee.mosquitto_strerror?(code))
    }

    /// Why a broker refuses a connection.
    func refusal(_ code: Int32, _ version: MQTTOptions.Version) -> String {
        switch version {
        case .v311: sentence(functions.pointee.mosquitto_connack_string?(code))
        case .v5: sentence(functions.pointee.mosquitto_reason_string?(code))
        }
    }

    func isTopic(_ text: String) -> Bool {
        !text.utf8.contains(0) && text.utf8.count <= 65535 && functions.pointee.mosquitto_pub_topic_check?(text) == 0
            && !text.isEmpty
    }

    func isFilter(_ text: String) -> Bool {
        !text.utf8.contains(0) && text.utf8.count <= 65535 && functions.pointee.mosquitto_sub_topic_check?(text) == 0
            && !text.isEmpty
    }

    func matches(_ topic: String, _ filter: String) -> Bool {
        var result = false
        return functions.pointee.mosquitto_topic_matches_sub?(filter, topic, &result) == 0 && result
    }

    private func sentence(_ text: UnsafePointer<CChar>?) -> String {
        guard let text else { return "unknown" }
        let whole = String(cString: text)
        return (whole.hasSuffix(".") ? String(whole.dropLast()) : whole).lowercased()
    }
}
