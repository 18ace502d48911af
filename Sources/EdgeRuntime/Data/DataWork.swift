/// What readers and writers of data files ask while they work, which takes seconds for large files.
public enum DataWork {
    /// Whether the work should end; set for a call by whoever waits for it. What is read or written then is of no use, and most
    /// functions throw.
    public static var isCancelled: Bool { cancellation?.isCancelled() == true }

    /// Runs work that hears from `isCancelled` whether it should end.
    public static func withCancellation<Result>(
        _ isCancelled: @escaping @Sendable () -> Bool, _ work: () throws -> Result
    ) rethrows -> Result {
        try $cancellation.withValue(Cancellation(isCancelled: isCancelled), operation: work)
    }

    /// A type of its own: Swift 6.3 asks for the metadata of a bare function type by a name that the runtime does not know where it
    /// specialises `withValue`, and the optimised program crashes.
    private struct Cancellation: Sendable {
        let isCancelled: @Sendable () -> Bool
    }

    @TaskLocal private static var cancellation: Cancellation?

    /// Throws where the work should end, once in a while.
    ///
    /// - Parameter position: What is counted; most positions cost nothing.
    @inline(__always)
    static func check(_ position: Int) throws(DataError) {
        if position & 0x3FF == 0x3FF, isCancelled { throw DataError(code: "E0311", message: "cancelled") }
    }
}
