public import EdgeLang
public import EdgeProtocols

extension EndpointError: ScriptVisibleError {
    public var scriptCode: DiagnosticCode { DiagnosticCode(rawValue: code) }
    public var scriptMessage: String { message }
    public var scriptHint: String? { hint }
}

extension ShadowError: ScriptVisibleError {
    public var scriptCode: DiagnosticCode { DiagnosticCode(rawValue: code) }
    public var scriptMessage: String { message }
    public var scriptHint: String? { hint }
}
