import EdgeTensors

/// Branches, loops and variables: operators that run other subgraphs or keep something.
///
/// Handles of variables are no values in the graph; where a subgraph takes or gives one, its name is known on both sides.
extension TFLiteGraphReader {
    /// The subgraphs of `CALL_ONCE`, which run before everything else: what they assign is what the variables begin with.
    mutating func readInitialValues(_ operations: [TFLiteOperation]) throws {
        for operation in operations where operation.code == .callOnce {
            let number = try operation.int(0)
            let (body, _) = try readSubgraph(number, operation, handles: [:])
            var graph = body
            try context.throwUnsupported()
            try graph.inferShapes()
            try graph.foldConstants()
            for node in graph.nodes {
                guard node.op == .assignVariable, let value = node.input(0), let tensor = graph.constants[value],
                    let name = node.string("variable")
                else { return reportUnsupported(operation, "with computed values") }
                context.initial[name] = tensor
                context.variableTypes[name] = graph.type(of: value)
            }
        }
    }

    // MARK: Subgraphs

    /// Reads another subgraph of the file.
    ///
    /// - Parameter handles: the names of the variables that it takes handles of, by the position of the input.
    /// - Returns: the graph, and the names of the variables that it gives handles of, by the position of the output.
    private mutating func readSubgraph(
        _ number: Int, _ operation: TFLiteOperation, handles: [Int: String]
    ) throws -> (graph: Graph, handles: [Int: String]) {
        guard file.subgraphs.indices.contains(number) else {
            throw ModelError.inconsistent(
                "\(operation.name) number \(operation.position) calls subgraph \(number), which is not there")
        }
        guard context.depth < TFLiteContext.depthLimit else {
            throw ModelError.inconsistent("more than \(TFLiteContext.depthLimit) subgraphs call one another")
        }
        context.depth += 1
        defer { context.depth -= 1 }
        var reader = TFLiteGraphReader(context: context, subgraph: file.subgraphs[number])
        let graph = try reader.read(handles: handles)
        try graph.checkConsistency()
        return (graph, reader.givenHandles)
    }

    /// Operands from a position on: values, and the variables that the rest are handles of.
    private mutating func arguments(_ operation: TFLiteOperation, from first: Int) throws -> (
        values: [ValueID], handles: [Int: String]
    ) {
        var values: [ValueID] = []
        var names: [Int: String] = [:]
        for position in first..<max(first, operation.inputs.count) {
            if let name = handles[operation.inputs[position]] {
                names[position - first] = name
            } else {
                values.append(try required(operation, position))
            }
        }
        return (values, names)
    }

    /// The outputs that are values; the others get the names of their variables.
    private mutating func results(_ operation: TFLiteOperation, _ names: [Int: String]) throws -> [ValueID] {
        var values: [ValueID] = []
        for (position, index) in operation.outputs.enumerated() {
            if let name = names[position] { handles[index] = name } else { values.append(try value(index)) }
        }
        return values
    }

    mutating func readIf(_ operation: TFLiteOperation) throws {
        let condition = try required(operation, 0)
        let given = try arguments(operation, from: 1)
        let yes = try readSubgraph(operation.int(0), operation, handles: given.handles)
        let no = try readSubgraph(operation.int(1), operation, handles: given.handles)
        guard yes.handles == no.handles else {
            return reportUnsupported(operation, "whose branches give different variables")
        }
        let outputs = try results(operation, yes.handles)
        emit(
            .conditional, operation, [condition], to: outputs,
            [
                "then_branch": .graph(try branch(yes.graph, given.values, operation)),
                "else_branch": .graph(try branch(no.graph, given.values, operation)),
            ])
    }

    /// A branch takes what it needs from the graph around it, by name.
    private func branch(_ body: Graph, _ arguments: [ValueID], _ operation: TFLiteOperation) throws -> Graph {
        guard body.inputs.count == arguments.count, Set(body.inputs).count == arguments.count else {
            throw ModelError.inconsistent(
                "\(operation.name) `\(nodeName(operation))` gives \(arguments.count) values to a subgraph of \(body.inputs.count) inputs"
            )
        }
        var result = body
        for (input, argument) in zip(body.inputs, arguments) { result.captures[input] = graph[argument].name }
        result.inputs = []
        return result
    }

    /// `WHILE` asks before each round: as a loop, its condition is computed on the first values, and by the body on those of the next round.
    mutating func readWhile(_ operation: TFLiteOperation) throws {
        let given = try arguments(operation, from: 0)
        let condition = try readSubgraph(operation.int(0), operation, handles: given.handles).graph
        let round = try readSubgraph(operation.int(1), operation, handles: given.handles)
        guard round.handles == given.handles, condition.outputs.count == 1,
            round.graph.inputs.count == given.values.count, round.graph.outputs.count == given.values.count,
            operation.outputs.count == operation.inputs.count
        else {
            throw ModelError.inconsistent(
                "\(operation.name) `\(nodeName(operation))` carries \(given.values.count) values, its subgraphs do not")
        }
        let starts = try graph.inline(condition, given.values)
        noteNames()
        var body = round.graph
        let goesOn = try body.inline(condition, body.outputs)
        let iteration = body.addValue(name: body.uniqueValueName("iteration"), type: TensorType(dtype: .i64, shape: []))
        let before = body.addValue(name: body.uniqueValueName("goes_on"), type: TensorType(dtype: .bool, shape: []))
        body.inputs = [iteration, before] + body.inputs
        body.outputs = goesOn + body.outputs
        let outputs = try results(operation, given.handles)
        emit(
            .loop, operation, [nil, starts[0]] + given.values, to: outputs, ["body": .graph(body)])
    }

    /// `STABLEHLO_COMPOSITE`: an operator that the file writes out in another subgraph, whose nodes take its place.
    mutating func readDecomposition(_ operation: TFLiteOperation) throws {
        let given = try arguments(operation, from: 0)
        let body = try readSubgraph(operation.int(1), operation, handles: given.handles)
        guard body.handles.isEmpty, body.graph.outputs.count == operation.outputs.count else {
            throw ModelError.inconsistent(
                "\(operation.name) `\(nodeName(operation))` has \(operation.outputs.count) outputs, its subgraph \(body.graph.outputs.count)"
            )
        }
        let results = try graph.inline(body.graph, given.values)
        noteNames()
        for (index, result) in zip(operation.outputs, results) { alias(index, to: result) }
    }

    // MARK: Variables

    mutating func readHandle(_ operation: TFLiteOperation) throws {
        let container = try operation.options?.string(0) ?? ""
        let name = try operation.options?.string(1) ?? ""
        for index in operation.outputs { handles[index] = container.isEmpty ? name : "\(container)/\(name)" }
    }

    private func variable(_ operation: TFLiteOperation) throws -> String {
        guard let index = operation.inputs.first, let name = handles[index] else {
            throw ModelError.inconsistent("\(operation.name) number \(operation.position) names no variable")
        }
        return name
    }

    mutating func readVariable(_ operation: TFLiteOperation) throws {
        try emitRead(variable(operation), operation, to: output(operation))
    }

    /// Reads a variable into a value, whose type becomes that of the variable.
    mutating func emitRead(_ name: String, _ operation: TFLiteOperation, to result: ValueID) throws {
        if let initial = context.initial[name], var type = graph.type(of: result) {
            type.dtype = initial.dtype
            type.shape = initial.shape.map(Dimension.fixed)
            graph[result].type = type
        }
        if context.variableTypes[name] == nil { context.variableTypes[name] = graph.type(of: result) }
        emit(.readVariable, operation, [], to: [result], attributes(of: name), suffix: "/read")
    }

    mutating func assignVariable(_ operation: TFLiteOperation) throws {
        try emitAssign(variable(operation), operation, required(operation, 1))
    }

    mutating func emitAssign(_ name: String, _ operation: TFLiteOperation, _ value: ValueID) throws {
        let type = graph.type(of: value)
        if context.variableTypes[name] == nil { context.variableTypes[name] = type }
        let kept = intermediate(operation, "/kept", type)
        emit(.assignVariable, operation, [value], to: [kept], attributes(of: name), suffix: "/assign")
    }

    private func attributes(of name: String) -> [String: Attribute] {
        var attributes: [String: Attribute] = ["variable": .string(name)]
        if let initial = context.initial[name] { attributes["initial"] = .tensor(initial) }
        if let shape = context.variableTypes[name]?.fixedShape { attributes["shape"] = .ints(shape) }
        return attributes
    }
}
