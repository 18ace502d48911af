extension Graph {
    /// Checks what everyone who walks a graph relies on: unique names, each value made once and before it is read.
    ///
    /// - Throws: `ModelError` naming the node or value.
    public func checkConsistency() throws {
        var made = Set(constants.keys).union(inputs).union(captures.keys).union(variables)
        guard made.count == constants.count + Set(inputs).count + captures.count + variables.count,
            Set(inputs).count == inputs.count
        else { throw ModelError.inconsistent("a value is both constant and input, or an input twice") }
        var names: Set<String> = []
        for node in nodes {
            guard names.insert(node.name).inserted else {
                throw ModelError.inconsistent("two nodes are called `\(node.name)`")
            }
            for input in node.inputs {
                guard let input else { continue }
                guard made.contains(input) else {
                    throw ModelError.inconsistent(
                        "node `\(node.name)` reads `\(self[input].name)`, which nothing makes before it")
                }
            }
            for output in node.outputs {
                guard made.insert(output).inserted else {
                    throw ModelError.inconsistent("the value `\(self[output].name)` is made more than once")
                }
            }
        }
        for output in outputs {
            guard made.contains(output) else {
                throw ModelError.inconsistent("nothing makes the output `\(self[output].name)`")
            }
        }
    }
}
