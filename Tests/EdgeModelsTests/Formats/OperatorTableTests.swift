import EdgeModels
import Foundation
import PeerTesting
import Testing

/// The tables of operators in the guide say what the readers know.
@Suite("Formats: the guide's tables")
struct OperatorTableTests {
    /// The names in the second column of the table under a heading row.
    private func names(under heading: String) throws -> [String] {
        let text = try String(contentsOfFile: PackageRoot.file("docs/models.md"), encoding: .utf8)
        let lines = text.components(separatedBy: "\n")
        let start = try #require(lines.firstIndex(of: heading))
        let rows = lines[(start + 2)...].prefix { $0.hasPrefix("|") }
        return rows.flatMap { row in
            row.components(separatedBy: "|")[2].components(separatedBy: ",").map {
                $0.trimmingCharacters(in: .whitespaces)
            }
        }
    }

    @Test("TensorFlow Lite's operators are listed, each once")
    func listsTFLite() throws {
        let listed = try names(under: "| Group | TensorFlow Lite |")
        #expect(Set(listed).count == listed.count)
        #expect(Set(listed).symmetricDifference(TFLiteReader.operators) == [])
    }

    @Test("an operator of the graph that is listed is there")
    func listsOperators() throws {
        for name in try names(under: "| Group | Operators |") {
            // What stands behind a name in brackets or words tells more of it.
            let word = name.components(separatedBy: " ").last ?? name
            let plain = name.components(separatedBy: " (")[0]
            let known = Operator.allCases.map(\.rawValue) + ["UNIDIRECTIONAL_SEQUENCE_LSTM", "depthwise)"]
            #expect(known.contains(plain) || known.contains(word), "\(name)")
        }
    }
}
