/// Why a model cannot be compressed as asked. Codes are stable: scripts may compare them.
public struct CompressionError: Error, Sendable, Hashable, CustomStringConvertible {
    /// A stable code, `C0001` and up.
    public let code: String
    /// What is wrong, in one sentence.
    public let message: String
    /// What to do about it.
    public let hint: String?

    public init(code: String, message: String, hint: String? = nil) {
        self.code = code
        self.message = message
        self.hint = hint
    }

    public var description: String { hint.map { "\(message) (\($0))" } ?? message }

    static func option(_ message: String, hint: String? = nil) -> CompressionError {
        CompressionError(code: "C0001", message: message, hint: hint)
    }

    static func alreadyQuantized(_ message: String, verb: String = "quantize") -> CompressionError {
        CompressionError(
            code: "C0002", message: message, hint: "\(verb) the float model that it was made from")
    }

    static func unknownLayer(_ name: String, option: String, near: [String]) -> CompressionError {
        CompressionError(
            code: "C0003",
            message: "`\(option)` names \"\(name)\", which is neither a layer nor an operator of the model",
            hint: near.isEmpty ? "`describe` lists the layers" : "did you mean \(near.joined(separator: ", "))?")
    }

    static func nothingToQuantize(_ model: String) -> CompressionError {
        CompressionError(
            code: "C0004", message: "\(model) has no convolution and no dense layer with constant weights to quantize")
    }

    static func calibration(_ message: String, hint: String? = nil) -> CompressionError {
        CompressionError(code: "C0005", message: message, hint: hint)
    }

    static func nothingToPrune(_ model: String, why reason: String?) -> CompressionError {
        CompressionError(
            code: "C0006",
            message: "\(model) has no channels that can be cut" + (reason.map { ": \($0)" } ?? ""),
            hint: "`prunable` tells of each layer why it must stay")
    }

    static func notFinite(layer: String) -> CompressionError {
        CompressionError(
            code: "C0007", message: "a weight of `\(layer)` is not a finite number",
            hint: "the network was damaged or its training diverged")
    }

    static func notFinite(value: String) -> CompressionError {
        CompressionError(
            code: "C0007", message: "`\(value)` is not finite on the data",
            hint: "look for values in the data that are not numbers")
    }
}
