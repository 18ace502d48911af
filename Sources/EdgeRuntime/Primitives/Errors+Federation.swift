public import EdgeFederation
public import EdgeLang

extension FederationError: ScriptVisibleError {
    public var scriptCode: DiagnosticCode { DiagnosticCode(rawValue: code) }
    public var scriptMessage: String { message }
    public var scriptHint: String? { hint }
}
