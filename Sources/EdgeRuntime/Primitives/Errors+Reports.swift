public import EdgeLang
public import EdgeReports

extension ReportError: ScriptVisibleError {
    public var scriptCode: DiagnosticCode { DiagnosticCode(rawValue: code) }
    public var scriptMessage: String { message }
    public var scriptHint: String? { hint }
}
