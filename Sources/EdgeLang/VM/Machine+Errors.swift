extension Machine {
    /// How many calls a trace shows at each end; a runaway recursion has tens of thousands.
    private static let traceEnd = 12

    func tooDeep() -> RuntimeError {
        RuntimeError(
            .callDepth, "the call depth exceeds its limit of \(frameLimit)",
            hint: "is there a recursion that does not end? A loop needs no depth; `--max-depth` raises the limit")
    }

    func nestedTooDeep() -> RuntimeError {
        RuntimeError(
            .callDepth,
            "the call depth exceeds its limit: \(Machine.deepestNesting) calls from within functions such as `map`",
            hint: "is there a recursion that does not end? Between functions of the script more calls may nest")
    }

    func notCallable(_ value: Value) -> RuntimeError {
        RuntimeError(.notCallable, "a value of type \(value.typeName) cannot be called")
    }

    /// Adds to an error where the run stands.
    func locate(_ error: RuntimeError) {
        if error.isLocated { return }
        guard let code, let position else { return }
        let span = Machine.span(code, position)
        var trace: [Diagnostic.TraceFrame] = []
        trace.append(Diagnostic.TraceFrame(function: code.pointee.info.name, span: span))
        var index = frameCount - 1
        while index >= 0 {
            if trace.count == Machine.traceEnd, index > Machine.traceEnd {
                let skipped = index - Machine.traceEnd + 1
                trace.append(Diagnostic.TraceFrame(function: "… \(skipped) more calls …", span: .none))
                index = Machine.traceEnd - 1
            }
            let frame = frames[index]
            trace.append(
                Diagnostic.TraceFrame(
                    function: frame.code.pointee.info.name, span: Machine.span(frame.code, frame.position)))
            index -= 1
        }
        error.locate(span, trace: trace.count > 1 ? trace : [])
    }

    /// The text of the instruction before a position.
    static func span(_ code: UnsafeMutablePointer<FunctionCode>, _ position: UnsafeMutablePointer<UInt64>) -> Span {
        code.pointee.info.span(at: position - code.pointee.words - 1)
    }
}
