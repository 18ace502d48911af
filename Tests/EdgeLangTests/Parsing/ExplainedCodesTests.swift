import Foundation
import PeerTesting
import Testing

/// Whatever code a source file names, `edgesh explain` knows it, in the language and in every part of the runtime.
@Suite struct ExplainedCodesTests {
    /// The codes between quotes in the sources whose path satisfies a condition.
    private static func codes(_ isWanted: (String) -> Bool) -> [String: String] {
        let folder = PackageRoot.file("Sources")
        var codes: [String: String] = [:]
        for case let file as String in FileManager.default.enumerator(atPath: folder) ?? .init() {
            guard file.hasSuffix(".swift"), isWanted(file),
                let text = try? String(contentsOfFile: "\(folder)/\(file)", encoding: .utf8)
            else { continue }
            for match in text.matches(of: /"([A-Z]\d{4})"/) { codes[String(match.1)] = file }
        }
        return codes
    }

    @Test func everyCodeIsExplained() {
        let explained = Self.codes { $0.contains("Catalogue") }
        let raised = Self.codes { !$0.contains("Catalogue") }
        #expect(explained.count > 50 && raised.count > 50)
        // The one of an interruption within forecasting never reaches a script.
        for (code, file) in raised where explained[code] == nil && code != "F0000" {
            Issue.record("\(code) of \(file) has no entry in a catalogue")
        }
    }
}
