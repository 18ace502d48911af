import EdgeTensors
import Foundation

/// Reads the `.npy` files of the shared data.
enum NpyFile {
    struct Malformed: Error {}

    static func read(_ path: String) throws -> Tensor {
        let data = try Data(contentsOf: URL(fileURLWithPath: path))
        guard data.count > 10, data[6] == 1 else { throw Malformed() }
        let length = Int(data[8]) | Int(data[9]) << 8
        let header = String(decoding: data[10..<(10 + length)], as: UTF8.self)
        guard let descriptor = field("descr", header), let shapeText = field("shape", header) else { throw Malformed() }
        let types: [String: DType] = [
            "<f4": .f32, "<f8": .f64, "|i1": .i8, "|u1": .u8, "<i2": .i16, "<i4": .i32, "<i8": .i64, "|b1": .bool,
            "<f2": .f16,
        ]
        guard let dtype = types[descriptor] else { throw Malformed() }
        let shape = shapeText.split(separator: ",").compactMap { Int($0.trimmingCharacters(in: .whitespaces)) }
        return try Tensor(bytes: [UInt8](data[(10 + length)...]), shape: shape, dtype: dtype)
    }

    private static func field(_ name: String, _ header: String) -> String? {
        guard let start = header.range(of: "'\(name)':") else { return nil }
        let rest = header[start.upperBound...].drop { $0 == " " }
        if rest.first == "'" { return String(rest.dropFirst().prefix { $0 != "'" }) }
        if rest.first == "(" { return String(rest.dropFirst().prefix { $0 != ")" }) }
        return nil
    }
}
