import EdgeModels
import Foundation

/// Models with some of their bytes changed: each is read or refused, and the process goes on.
enum DamagedFiles {
    /// Changes four bytes of a file at places that the seed decides, so many times, and reads what comes of it.
    static func read(_ path: String, times: Int, seed: UInt64) throws {
        let whole = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
        guard !whole.isEmpty else { return }
        var state = seed
        for _ in 0..<times {
            var bytes = whole
            for _ in 0..<4 {
                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                bytes[Int(state >> 33) % bytes.count] = UInt8(truncatingIfNeeded: state >> 24)
            }
            guard let model = try? ModelFile.read(bytes, name: "damaged") else { continue }
            _ = try? Session(model)
        }
    }
}
