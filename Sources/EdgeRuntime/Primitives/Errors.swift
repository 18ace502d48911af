public import EdgeCompression
public import EdgeData
public import EdgeDeployment
public import EdgeForecasting
public import EdgeLang
public import EdgeModels
public import EdgeProtocols
public import EdgeTensors
public import EdgeTraining

// The errors of the domains reach a script as they are: with their own code, sentence and hint.

extension DataError: ScriptVisibleError {
    public var scriptCode: DiagnosticCode { DiagnosticCode(rawValue: code) }
    public var scriptMessage: String { message }
    public var scriptHint: String? { hint }
}

extension TensorError: ScriptVisibleError {
    public var scriptCode: DiagnosticCode { DiagnosticCode(rawValue: code) }
    public var scriptMessage: String { message }
    public var scriptHint: String? { hint }
}

extension ModelError: ScriptVisibleError {
    public var scriptCode: DiagnosticCode { DiagnosticCode(rawValue: code) }
    public var scriptMessage: String { message }
    public var scriptHint: String? { hint }
}

extension TrainingError: ScriptVisibleError {
    public var scriptCode: DiagnosticCode { DiagnosticCode(rawValue: code) }
    public var scriptMessage: String { message }
    public var scriptHint: String? { hint }
}

extension CompressionError: ScriptVisibleError {
    public var scriptCode: DiagnosticCode { DiagnosticCode(rawValue: code) }
    public var scriptMessage: String { message }
    public var scriptHint: String? { hint }
}

extension DeploymentError: ScriptVisibleError {
    public var scriptCode: DiagnosticCode { DiagnosticCode(rawValue: code) }
    public var scriptMessage: String { message }
    public var scriptHint: String? { hint }
}

extension ProtocolError: ScriptVisibleError {
    public var scriptCode: DiagnosticCode { DiagnosticCode(rawValue: code) }
    public var scriptMessage: String { message }
    public var scriptHint: String? { hint }
}

extension ForecastError: ScriptVisibleError {
    public var scriptCode: DiagnosticCode { DiagnosticCode(rawValue: code) }
    public var scriptMessage: String { message }
    public var scriptHint: String? { hint }
}

/// The codes of errors that primitives raise themselves.
extension DiagnosticCode {
    static let fileNotFound: DiagnosticCode = "E0410"
    static let unsuitableValue: DiagnosticCode = "E0414"
    static let tensorContents: DiagnosticCode = "E0501"
    static let modelArguments: DiagnosticCode = "E0502"
}
