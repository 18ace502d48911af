import EdgeLang

/// What a string stands for where it is an argument.
enum StringRole {
    case file, folder, model, protocolName, device, address

    /// - Parameters:
    ///   - function: the function that is called; nil outside of calls.
    ///   - parameter: what the string is given for, where that is known.
    init(function: String?, parameter: ParameterSignature?) {
        switch (function, parameter?.name) {
        case ("load", "path"), ("save", "path"): self = .model
        case ("list_dir", "path"), ("make_dir", "path"): self = .folder
        case ("connect", "url"), ("serve", "url"): self = .address
        case (_, "protocol"), ("translate", "from"), ("translate", "to"): self = .protocolName
        case ("device", "name"), (_, "target"): self = .device
        default: self = .file
        }
    }

    /// What the program itself knows to stand there.
    func names(_ source: any CompletionSource) -> [String] {
        switch self {
        case .protocolName: source.protocols
        case .device: source.devices
        case .address: source.schemes
        case .file, .folder, .model: []
        }
    }

    /// Whether a file of that name fits.
    func accepts(_ name: String) -> Bool {
        switch self {
        case .file, .address: true
        case .folder: false
        case .model: StringRole.modelEndings.contains { name.hasSuffix($0) }
        case .protocolName, .device: name.hasSuffix(".yaml") || name.hasSuffix(".yml")
        }
    }

    private static let modelEndings = [".onnx", ".tflite"]
}
