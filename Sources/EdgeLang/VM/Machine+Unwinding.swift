/// How a run ends early: a cancellation or an exhausted limit passes every `catch`, but what was deferred still runs.
extension Machine {
    /// What ended the run, while deferred code has its say.
    struct Unwinding {
        let error: RuntimeError
        /// The frame whose deferred code runs.
        var depth: Int
        /// Whether that code has used up what it was granted.
        var isOver = false
    }

    /// Seconds and steps for all deferred code of a run that ends early: enough to say goodbye to a device, too little to hang.
    static let secondsOfGrace = 2.0
    static let stepsOfGrace = 1_000_000

    /// Which code of a function handles an error at a position. Of an error that ends the run it is deferred code only.
    ///
    /// - Parameters:
    ///   - failure: Becomes the error that ended the run where deferred code itself has failed.
    ///   - depth: How many frames lie below the function's.
    func handler(
        for failure: inout RuntimeError, _ code: UnsafeMutablePointer<FunctionCode>,
        _ position: UnsafeMutablePointer<UInt64>, depth: Int
    ) -> FunctionDetails.Handler? {
        if let current = unwinding, failure !== current.error, failure.isFatal || depth <= current.depth {
            if failure.isFatal {
                if !current.isOver {
                    interpreter.writeWarning("deferred code was stopped: it may take \(Machine.secondsOfGrace) s")
                }
                unwinding?.isOver = true
            } else {
                interpreter.writeWarning("deferred code failed: \(failure.diagnostic.message)")
            }
            failure = current.error
        }
        let word = position - code.pointee.words - 1
        let isFatal = failure.isFatal
        guard unwinding?.isOver != true || !isFatal,
            let handler = code.pointee.info.handlers.first(where: {
                word >= $0.start && word < $0.end && (!isFatal || $0.isDeferred)
            })
        else { return nil }
        if isFatal { grant(failure, depth) }
        return handler
    }

    /// Lets deferred code run on for a while.
    private func grant(_ failure: RuntimeError, _ depth: Int) {
        if unwinding == nil {
            steps = Machine.stepsOfGrace
            deadline = Moment.now.advanced(bySeconds: Machine.secondsOfGrace).seconds
            // From here on it stands for a second Ctrl-C, which ends deferred code as well.
            interpreter.cancellation.reset()
            unwinding = Unwinding(error: failure, depth: depth)
        }
        unwinding?.depth = depth
    }
}
