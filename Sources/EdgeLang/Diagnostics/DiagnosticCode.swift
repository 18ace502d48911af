/// The stable name of a kind of diagnostic, such as `E0203`. A code is never given to another kind of error.
///
/// Ranges: `E01xx` text and syntax, `E02xx` names, calls and types (found before the run), `W02xx` warnings, `E03xx` the run of a
/// program, `E04xx` files and data, `E05xx` models and tensors. A script's own `fail(…, code: "…")` may carry any text.
public struct DiagnosticCode: RawRepresentable, Hashable, Sendable, ExpressibleByStringLiteral {
    public let rawValue: String

    public init(rawValue: String) {
        self.rawValue = rawValue
    }

    public init(stringLiteral value: String) {
        rawValue = value
    }
}
