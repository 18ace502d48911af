extension DiagnosticCode {
    static let operandTypes: DiagnosticCode = "E0301"
    static let integerOverflow: DiagnosticCode = "E0302"
    static let divisionByZero: DiagnosticCode = "E0303"
    static let dimensionMismatch: DiagnosticCode = "E0304"
    static let indexOutOfRange: DiagnosticCode = "E0305"
    static let noSuchField: DiagnosticCode = "E0306"
    static let callDepth: DiagnosticCode = "E0307"
    static let memoryLimit: DiagnosticCode = "E0308"
    static let stepLimit: DiagnosticCode = "E0309"
    static let timeLimit: DiagnosticCode = "E0310"
    static let cancelled: DiagnosticCode = "E0311"
    static let notCallable: DiagnosticCode = "E0312"
    static let callArguments: DiagnosticCode = "E0313"
    static let argumentType: DiagnosticCode = "E0314"
    static let argumentRange: DiagnosticCode = "E0315"
    static let noMatch: DiagnosticCode = "E0316"
    static let patternMismatch: DiagnosticCode = "E0317"
    static let usedTooEarly: DiagnosticCode = "E0318"
    static let expectation: DiagnosticCode = "E0319"
    static let notIterable: DiagnosticCode = "E0321"
    static let notIndexable: DiagnosticCode = "E0322"
    static let notCondition: DiagnosticCode = "E0323"
    static let conversion: DiagnosticCode = "E0324"
    static let tooLarge: DiagnosticCode = "E0325"
    static let moduleError: DiagnosticCode = "E0326"
    static let annotation: DiagnosticCode = "E0327"
    static let foreign: DiagnosticCode = "E0328"
    static let denied: DiagnosticCode = "E0329"
    static let emptyInput: DiagnosticCode = "E0330"
    static let streamUsed: DiagnosticCode = "E0340"
    static let streamTooLong: DiagnosticCode = "E0341"
    static let nothingCanArrive: DiagnosticCode = "E0342"
    static let nothingInTime: DiagnosticCode = "E0343"
    static let channelRefuses: DiagnosticCode = "E0344"
    /// `fail("text")` without a code of its own.
    static let failed: DiagnosticCode = "E0320"
}

extension RuntimeError {
    static func memoryLimit(asked: Int, limit: Int) -> RuntimeError {
        RuntimeError(
            .memoryLimit,
            "not enough memory: \(describe(bytes: asked)) more would pass the limit of \(describe(bytes: limit))",
            hint: "raise the limit with `--max-memory`, or work on smaller pieces")
    }

    private static func describe(bytes: Int) -> String {
        if bytes < 10 << 10 { return "\(bytes) B" }
        if bytes < 10 << 20 { return "\(bytes >> 10) KiB" }
        if bytes < 10 << 30 { return "\(bytes >> 20) MiB" }
        return "\(bytes >> 30) GiB"
    }

    static var cancelledByUser: RuntimeError { RuntimeError(.cancelled, "cancelled") }

    static var integerOverflow: RuntimeError {
        RuntimeError(
            .integerOverflow, "integer overflow: the result does not fit 64 bits",
            hint: "convert an operand with `float(…)` if an approximate result will do")
    }

    static var divisionByZero: RuntimeError { RuntimeError(.divisionByZero, "division by zero") }
}
