extension Graph {
    /// Applies all passes that shorten a graph and keep its numbers: constants are computed, what passes its input on goes away, what is
    /// computed twice is computed once, batch normalisation goes into weights, what nothing reads is dropped.
    public mutating func simplify() throws {
        try foldConstants()
        removeIdentities()
        mergeCommonSubexpressions()
        try foldConvolutions()
        try foldBiases()
        removeDeadNodes()
    }
}
