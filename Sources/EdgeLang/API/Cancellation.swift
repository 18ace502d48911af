import Synchronization

/// Asks a running script to stop. Any thread and any signal handler may call `cancel()`.
public final class Cancellation: Sendable {
    private let flag = Atomic<Bool>(false)

    public init() {}

    /// Asks the run to end as soon as possible, with an error that a script cannot catch.
    public func cancel() { flag.store(true, ordering: .relaxed) }
    /// Forgets the request.
    public func reset() { flag.store(false, ordering: .relaxed) }
    /// Whether the run should end.
    public var isCancelled: Bool { flag.load(ordering: .relaxed) }
}
