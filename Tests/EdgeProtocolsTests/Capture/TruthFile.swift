import Foundation
import PeerTesting

/// What tshark says of the frames of a capture (`protocols/truth` of the shared data).
struct TruthFile {
    /// One packet: the values of each field in the order of their bytes.
    struct Packet {
        let number: Int
        let layers: Set<String>
        let fields: [String: [String]]
        let isMalformed: Bool
    }

    let packets: [Packet]

    /// - Parameter layers: Only packets with one of these, and only their fields.
    init(capture: String, layers: [String]) throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/xz")
        process.arguments = ["-dc", SharedData.file("protocols/truth/\(capture).jsonl.xz")]
        let pipe = Pipe()
        process.standardOutput = pipe
        try process.run()
        let data = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        packets = try data.split(separator: 0x0A).compactMap { line in
            guard let packet = try JSONSerialization.jsonObject(with: line) as? [String: Any],
                let number = packet["n"] as? Int, let all = packet["layers"] as? [String: Any]
            else { return nil }
            let present = layers.filter { all[$0] != nil }
            guard !present.isEmpty else { return nil }
            var found: [String: [(offset: Int, value: String)]] = [:]
            for layer in present { TruthFile.collect(all[layer] as Any, into: &found) }
            return Packet(
                number: number, layers: Set(present),
                fields: found.mapValues {
                    $0.enumerated().sorted { ($0.1.offset, $0.0) < ($1.1.offset, $1.0) }.map(\.1.value)
                },
                isMalformed: all.keys.contains { $0.contains("malformed") }
                    || "\(packet["proto"] ?? "")".contains("malformed"))
        }
    }

    /// Values are strings or lists of strings; beside `x` stands `x_raw` with bytes, offset and length.
    private static func collect(_ node: Any, into found: inout [String: [(offset: Int, value: String)]]) {
        if let list = node as? [Any] {
            for element in list { collect(element, into: &found) }
            return
        }
        guard let fields = node as? [String: Any] else { return }
        for (name, value) in fields {
            if name.hasSuffix("_raw") { continue }
            let raw = fields[name + "_raw"] as? [Any] ?? []
            if let text = value as? String {
                found[name, default: []].append((raw.count > 1 ? raw[1] as? Int ?? 0 : 0, text))
            } else if let list = value as? [Any] {
                for (index, element) in list.enumerated() {
                    if let text = element as? String {
                        let place = index < raw.count ? raw[index] as? [Any] ?? [] : []
                        found[name, default: []].append((place.count > 1 ? place[1] as? Int ?? 0 : 0, text))
                    } else {
                        collect(element, into: &found)
                    }
                }
            } else {
                collect(value, into: &found)
            }
        }
    }
}
