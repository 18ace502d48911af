import EdgeModels
import EdgeTensors
import Foundation
import PeerTesting

/// One of ONNX's own backend tests, as `onnx_backend_cases.py` writes them.
struct BackendCase: Decodable {
    /// A tensor, or what is none: a sequence, an absent optional.
    struct Value: Decodable {
        /// ONNX's number of the element type.
        var type: Int?
        var shape: [Int]?
        var data: [Int]?
        var sequence: [Value]?
    }

    var suite: String
    var name: String
    var rtol: Double
    var atol: Double
    /// What a random operator draws cannot be compared.
    var random: Bool
    var model: [Int]
    var inputs: [Value]
    var outputs: [Value]
}

/// All cases and the bytes they point into.
struct BackendCases {
    struct Unreadable: Error, CustomStringConvertible { let description: String }

    let cases: [BackendCase]
    /// Where they lie.
    let path: String
    private let blob: Data
    private let folder: TemporaryDirectory?

    private struct Request: Encodable { var folder: String }
    private struct Answer: Decodable { var cases: Int }

    /// Makes the cases, or reads them from the folder that `EDGESH_BACKEND_CASES` names, where they were made before.
    init() throws {
        if let given = ProcessInfo.processInfo.environment["EDGESH_BACKEND_CASES"] {
            folder = nil
            path = given
        } else {
            let made = try TemporaryDirectory()
            _ = try PythonPeer.call(
                "onnx_backend_cases.py", Request(folder: made.path), timeout: 600, as: Answer.self)
            folder = made
            path = made.path
        }
        blob = try Data(contentsOf: URL(fileURLWithPath: "\(path)/cases.bin"), options: .alwaysMapped)
        cases = try JSONDecoder().decode(
            [BackendCase].self, from: try Data(contentsOf: URL(fileURLWithPath: "\(path)/cases.json")))
    }

    func bytes(_ place: [Int]) -> [UInt8] { [UInt8](blob[place[0]..<(place[0] + place[1])]) }

    /// The tensor that a value describes.
    func tensor(_ value: BackendCase.Value) throws -> Tensor {
        guard let code = value.type, let shape = value.shape, let data = value.data else {
            throw Unreadable(description: "a sequence or an absent optional is no tensor")
        }
        guard let dtype = Self.types[code] else {
            throw Unreadable(description: "elements of ONNX type \(code) are not supported")
        }
        if dtype == .text {
            return try Tensor(texts: JSONDecoder().decode([String].self, from: Data(bytes(data))), shape: shape)
        }
        return try Tensor(bytes: bytes(data), shape: shape, dtype: dtype)
    }

    private static let types: [Int: DType] = [
        1: .f32, 2: .u8, 3: .i8, 4: .u16, 5: .i16, 6: .i32, 7: .i64, 8: .text, 9: .bool, 10: .f16, 11: .f64, 12: .u32,
        13: .u64,
        16: .bf16, 17: .narrow(.f8e4m3fn), 18: .narrow(.f8e4m3fnuz), 19: .narrow(.f8e5m2), 20: .narrow(.f8e5m2fnuz),
        21: .u4, 22: .i4, 23: .narrow(.f4e2m1), 24: .narrow(.f8e8m0), 25: .u2, 26: .i2,
    ]
}
