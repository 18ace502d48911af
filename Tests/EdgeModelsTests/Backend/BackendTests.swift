import EdgeModels
import EdgeTensors
import Foundation
import PeerTesting
import Testing

/// ONNX's own tests for backends: over two thousand models with the outputs that ONNX's reference gives for them.
///
/// `Tests/Golden/onnx_backend_exceptions.csv` lists the tests that do not pass, each with its reason. A test that is not listed must pass,
/// and one that is listed must not: the list stays true. `EDGESH_BACKEND_REPORT` names a file for what each failing test says.
@Suite("ONNX backend tests", .serialized, .enabled(if: PythonPeer.isPresent, "\(PythonPeer.absence)"))
struct BackendTests {
    /// Made once for all tests.
    private static let shared = Result { try BackendCases() }

    @Test("every test that is not excepted passes, none crashes")
    func all() throws {
        let cases = try Self.shared.get()
        #expect(cases.cases.count > 2000)
        let exceptions = try Self.exceptions("onnx_backend_exceptions.csv")
        var counts: [String: (passed: Int, all: Int)] = [:]
        var unexpected: [String] = []
        let report = BackendReport()
        for item in cases.cases {
            report.begin(item.name)
            let problem = failure(of: item, in: cases)
            report.end(item, problem)
            counts[item.suite, default: (0, 0)].all += 1
            if problem == nil { counts[item.suite, default: (0, 0)].passed += 1 }
            if let problem, exceptions[item.name] == nil { unexpected.append("\(item.name): \(problem)") }
            if problem == nil, exceptions[item.name] != nil {
                unexpected.append("\(item.name): passes, but is excepted")
            }
        }
        let names = Set(cases.cases.map(\.name))
        for name in exceptions.keys.sorted() where !names.contains(name) {
            unexpected.append("\(name): excepted, but there is no such test")
        }
        for (suite, count) in counts.sorted(by: { $0.key < $1.key }) {
            print("ONNX backend tests, \(suite): \(count.passed) of \(count.all) pass")
        }
        #expect(unexpected.isEmpty, "\(unexpected.count): \(unexpected.prefix(40).joined(separator: "\n"))")
    }

    private struct WrittenRequest: Encodable {
        var cases: String
        var models: String
        var names: [String]
    }

    private struct WrittenAnswer: Decodable {
        var compared: Int
        var problems: [String: String]
    }

    @Test("what is read and written again gives the same numbers in onnxruntime")
    func written() throws {
        let cases = try Self.shared.get()
        let exceptions = try Self.exceptions("onnx_backend_exceptions.csv")
        let excepted = try Self.exceptions("onnx_backend_written_exceptions.csv")
        let folder = try TemporaryDirectory()
        var names: [String] = []
        // A sample: one test of three.
        for (position, item) in cases.cases.enumerated()
        where position % 3 == 0 && item.suite != "light" && exceptions[item.name] == nil {
            let model = try ModelFile.read(cases.bytes(item.model), name: item.name)
            try ModelFile.write(model, to: folder.file("\(item.name).onnx"))
            names.append(item.name)
        }
        let answer: WrittenAnswer = try PythonPeer.call(
            "onnx_backend_written.py", WrittenRequest(cases: cases.path, models: folder.path, names: names),
            timeout: 600, as: WrittenAnswer.self)
        print(
            "ONNX backend tests, written again: \(answer.compared - answer.problems.count) of \(answer.compared) agree")
        #expect(answer.compared > 300)
        for (name, problem) in answer.problems.sorted(by: { $0.key < $1.key }) where excepted[name] == nil {
            Issue.record("\(name): \(problem)")
        }
        let wrong = excepted.keys.filter { names.contains($0) && answer.problems[$0] == nil }
        #expect(wrong.isEmpty, "these agree, but are excepted: \(wrong.sorted())")
    }

    /// Why a case does not pass; nil where it does.
    private func failure(of item: BackendCase, in cases: BackendCases) -> String? {
        do {
            let model = try ModelFile.read(cases.bytes(item.model), name: item.name)
            let session = try Session(model)
            let outputs = try session.run(try item.inputs.map { try cases.tensor($0) })
            guard outputs.count == item.outputs.count else {
                return "it gives \(outputs.count) outputs, expected \(item.outputs.count)"
            }
            for (position, output) in outputs.enumerated() {
                let expected = try cases.tensor(item.outputs[position])
                if let problem = try BackendComparison.difference(output, expected, of: item) {
                    return "output \(position): \(problem)"
                }
            }
            return nil
        } catch {
            return "\(error)"
        }
    }

    /// The reason of each excepted test.
    private static func exceptions(_ name: String) throws -> [String: String] {
        let text = try String(contentsOfFile: PackageRoot.file("Tests/Golden/\(name)"), encoding: .utf8)
        var result: [String: String] = [:]
        for line in text.split(separator: "\n").dropFirst() {
            let parts = line.split(separator: ",", maxSplits: 1)
            try #require(parts.count == 2, "\(line)")
            result[String(parts[0])] = String(parts[1])
        }
        return result
    }
}
