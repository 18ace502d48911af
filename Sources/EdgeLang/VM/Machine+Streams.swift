/// What streams need of the machine while one of them is gone through.
extension Machine {
    /// The text of the instruction that the run has arrived at.
    var callSpan: Span {
        guard let code, let position else { return .none }
        return Machine.span(code, position)
    }

    /// Counts work that was done outside of the loop as steps, and throws if the run should end.
    func spend(_ count: Int) throws {
        steps -= count
        if steps <= 0 { throw RuntimeError(.stepLimit, "the step limit is exceeded") }
        try checkInterruption()
    }

    /// Collects in the midst of a built-in function. Whoever calls holds nothing but what its arguments, parked values and the stages of streams reach.
    func collectInside() throws {
        guard let code, let closure else { return }
        try collect(base + code.pointee.registerCount, closure, frameCount)
    }

    /// An error as one of the stage in which it arose.
    func located(_ error: any Error, in site: StageSite) -> RuntimeError {
        let failure = RuntimeError.wrapping(error)
        if failure.isFatal { return failure }
        if failure.isLocated {
            failure.add(stage: site.span, "in this stage")
        } else {
            locate(failure)
            failure.move(toStage: site.span, "while this goes through the stream")
        }
        return failure
    }
}
