import EdgeModels
import EdgeTensors
import Foundation
import PeerTesting
import Testing

/// TFLite's operators, a small file for each operator and type, against LiteRT; states go on from run to run.
@Suite("TFLite: operators", .enabled(if: PythonPeer.isPresent, "\(PythonPeer.absence)"))
struct TFLiteOperatorTests {
    private struct Request: Encodable {
        var folder: String
        var seed: Int
        var groups: [String]
    }

    private struct Case: Decodable {
        var name: String
        var inputs: Int
        var outputs: Int
        var runs: Int
        var tolerance: Double
        var steps: Double
        /// The run before which the state is reset, -1 for none.
        var reset: Int
    }

    /// How the names of cases begin whose operator has no form in the graph; they are refused by name.
    private static let unsupported = ["transpose_computed"]

    @Test(
        "every operator gives what LiteRT gives", arguments: ["elements", "layers", "movement", "state", "detection"])
    func agrees(group: String) throws {
        let folder = try TemporaryDirectory()
        let cases: [Case] = try PythonPeer.call(
            "tflite_oracle.py", Request(folder: folder.path, seed: 1, groups: [group]), timeout: 300, as: [Case].self)
        #expect(cases.count > 20)
        for item in cases {
            let problems =
                Self.unsupported.contains(where: item.name.hasPrefix)
                ? refusal(item, folder.path) : comparison(item, folder.path)
            if let problems { Issue.record("\(item.name): \(problems)") }
            if group == "detection" { try DamagedFiles.read("\(folder.path)/\(item.name).tflite", times: 25, seed: 2) }
        }
    }

    /// What is wrong with a case that is to be refused; nil where it is.
    private func refusal(_ item: Case, _ folder: String) -> String? {
        do {
            _ = try ModelFile.read(path: "\(folder)/\(item.name).tflite")
            return "it is read, although listed as unsupported"
        } catch let error as ModelError {
            return error.code == "M0004" ? nil : "\(error)"
        } catch { return "\(error)" }
    }

    /// The first difference from LiteRT; nil where there is none.
    private func comparison(_ item: Case, _ folder: String) -> String? {
        do {
            let model = try ModelFile.read(path: "\(folder)/\(item.name).tflite")
            for kernels in KernelSelection.allCases {
                let session = try Session(model, options: ExecutionOptions(kernels: kernels))
                for run in 0..<item.runs {
                    if run == item.reset { session.resetState() }
                    let inputs = try (0..<item.inputs).map {
                        try NpyFile.read("\(folder)/\(item.name).\(run).in\($0).npy")
                    }
                    for (position, output) in try session.run(inputs).enumerated() {
                        let expected = try NpyFile.read("\(folder)/\(item.name).\(run).out\(position).npy")
                        if let problem = try difference(item, expected, output) {
                            return "\(kernels.rawValue), run \(run), output \(position): \(problem)"
                        }
                    }
                }
            }
            return nil
        } catch { return "\(error)" }
    }

    private func difference(_ item: Case, _ expected: Tensor, _ found: Tensor) throws -> String? {
        guard found.shape == expected.shape, found.dtype == expected.dtype else {
            return "\(found.dtype.rawValue) \(found.shape), expected \(expected.dtype.rawValue) \(expected.shape)"
        }
        let numbers = try expected.numbers()
        let difference = ReferenceAnswers.largestDifference(numbers, try found.numbers())
        let isSmall = [DType.i8, .u8, .i16].contains(found.dtype)
        let scale = max(numbers.map { $0.isFinite ? $0.magnitude : 0 }.max() ?? 0, 1e-3)
        let allowed = found.dtype.isFloat ? item.tolerance * scale : isSmall ? item.steps : 0
        return difference <= allowed ? nil : "off by \(difference), allowed \(allowed)"
    }
}
