extension Graph {
    mutating func foldQuantization() throws {}
}
