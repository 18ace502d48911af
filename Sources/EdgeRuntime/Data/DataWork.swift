/// What readers and writers of data files ask while they work, which takes seconds for large files.
public enum DataWork {
    /// Whether the work should end; set for a call by whoever waits for it. What is read or written then is of no use, and most
    /// functions throw.
    @TaskLocal public static var isCancelled: (@Sendable () -> Bool)?

    /// Throws where the work should end, once in a while.
    ///
    /// - Parameter position: What is counted; most positions cost nothing.
    @inline(__always)
    static func check(_ position: Int) throws(DataError) {
        if position & 0x3FF == 0x3FF, isCancelled?() == true { throw DataError(code: "E0311", message: "cancelled") }
    }
}
