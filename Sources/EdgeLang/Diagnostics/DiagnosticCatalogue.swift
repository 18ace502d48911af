/// What `edgesh explain` says of a code: every code has an entry here, and the tests hold every entry against an example.
public struct DiagnosticCatalogue: Sendable {
    public struct Entry: Sendable {
        public let code: DiagnosticCode
        /// A few words.
        public let title: String
        /// A paragraph: why it is an error, and what to do.
        public let explanation: String

        public init(_ code: DiagnosticCode, _ title: String, _ explanation: String) {
            self.code = code
            self.title = title
            self.explanation = explanation
        }
    }

    /// All entries, by code.
    public static let entries: [Entry] = syntax + names + checks + run

    /// The entry of a code, however its letter is written.
    public static func entry(for code: String) -> Entry? {
        entries.first { $0.code.rawValue.lowercased() == code.lowercased() }
    }
}
