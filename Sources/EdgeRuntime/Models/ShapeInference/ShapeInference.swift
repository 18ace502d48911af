import EdgeTensors

/// Works out the type of every value from the types of inputs and constants, node by node.
///
/// Besides shapes it follows the *contents* of small integer values (`Shape`, `Gather`, `Concat` … chains that compute the target
/// of a `Reshape`), extents that are only names included. Contents that turn out to be plain numbers become constants and their
/// nodes go away.
///
/// Extents and attributes are bounded by `Int32.max` on the way in, so that products of two stay within `Int`.
struct ShapeInference {
    var graph: Graph
    /// What is known of the elements of small integer values.
    var contents: [ValueID: [Dimension]] = [:]

    init(_ graph: Graph) { self.graph = graph }

    /// Contents are followed up to this many elements: shapes, not data.
    static let contentsLimit = 64

    mutating func run() throws {
        for (id, tensor) in graph.constants where tensor.count <= Self.contentsLimit && tensor.rank <= 1 {
            if let values = tensor.integerValues(), !tensor.dtype.isPacked {
                contents[id] = values.map(Dimension.fixed)
            }
        }
        for id in graph.inputs { try check(graph.type(of: id)?.shape, of: graph[id].name) }
        for (id, tensor) in graph.constants {
            let shape = tensor.shape.map(Dimension.fixed)
            try check(shape, of: graph[id].name)
            try checkQuantization(id, shape: shape)
        }
        var kept: [Node] = []
        kept.reserveCapacity(graph.nodes.count)
        let outputs = Set(graph.outputs)
        for position in graph.nodes.indices {
            var node = graph.nodes[position]
            let types = try infer(&node)
            for (id, type) in zip(node.outputs, types) { try record(type, for: id, of: node) }
            follow(node)
            let folds = try node.outputs.count == 1 && !outputs.contains(node.outputs[0]) && fold(node.outputs[0])
            if !folds { kept.append(node) }
        }
        graph.nodes = kept
    }

    /// Makes a constant of a value whose contents are plain numbers.
    private mutating func fold(_ id: ValueID) throws -> Bool {
        guard let values = contents[id], let type = graph.type(of: id), type.quantization == nil,
            let shape = type.fixedShape,
            Tensor.elementCount(of: shape) == values.count, !type.dtype.isFloat, !type.dtype.isPacked
        else { return false }
        var numbers: [Int] = []
        for value in values {
            guard let number = value.fixedValue else { return false }
            numbers.append(number)
        }
        graph.constants[id] = try Tensor.integers(numbers, shape: shape, dtype: type.dtype)
        return true
    }

    private mutating func record(_ inferred: TensorType?, for id: ValueID, of node: Node) throws {
        guard let inferred else { return }
        var type = inferred
        let known = graph.type(of: id)
        if let known, known.quantization != nil || isQuantized(node) {
            type.dtype = known.dtype
            type.quantization = known.quantization
        } else if let known, type.shape == nil, known.dtype == type.dtype {
            type.shape = known.shape
        }
        if type.quantization == nil, node.op.movesData, let first = node.input(0), let source = graph.type(of: first),
            source.dtype == type.dtype, let quantization = source.quantization, quantization.axis == nil
        {
            type.quantization = quantization
        }
        if let shape = type.shape, let declared = known?.shape, shape.count == declared.count {
            // Where inference only knows a name and the file declares a number, the number says more.
            type.shape = zip(shape, declared).map { $0.fixedValue == nil && $1.fixedValue != nil ? $1 : $0 }
        }
        try check(type.shape, of: graph[id].name)
        graph[id].type = type
        if let shape = type.shape { try checkQuantization(id, shape: shape) }
    }

    private func isQuantized(_ node: Node) -> Bool {
        node.op == .quantizeLinear || node.inputs.contains { $0.flatMap { graph.type(of: $0)?.quantization } != nil }
    }

    private func check(_ shape: [Dimension]?, of name: String) throws {
        guard let shape else { return }
        var count = 1
        for dimension in shape {
            guard let extent = dimension.fixedValue else { continue }
            guard extent >= 0, extent <= Int(Int32.max) else {
                throw ModelError.inconsistent("the value `\(name)` has the extent \(extent)")
            }
            let (product, overflow) = count.multipliedReportingOverflow(by: max(1, extent))
            guard !overflow, product <= 1 << 40 else {
                throw ModelError.inconsistent(
                    "the value `\(name)` has the shape \(shape.map(\.description).joined(separator: "×")), more than memory can hold"
                )
            }
            count = product
        }
    }

    /// A scale for each channel or group, and an axis that is there.
    private func checkQuantization(_ id: ValueID, shape: [Dimension]) throws {
        guard let quantization = graph.type(of: id)?.quantization else { return }
        let name = graph[id].name
        func mismatch() -> ModelError {
            ModelError.inconsistent(
                "the value `\(name)` has \(quantization.scales.count) scales, which do not fit its shape")
        }
        guard quantization.scales.count == quantization.zeroPoints.count, !quantization.scales.isEmpty else {
            throw mismatch()
        }
        guard let axis = quantization.axis else {
            guard quantization.scales.count == 1 else { throw mismatch() }
            return
        }
        guard axis >= 0, axis < shape.count else { throw mismatch() }
        if let group = quantization.groupSize {
            var extents: [Int] = []
            for dimension in shape {
                guard let extent = dimension.fixedValue else { return }
                extents.append(extent)
            }
            guard group > 0 else { throw mismatch() }
            extents[axis] = (extents[axis] + group - 1) / group
            guard Tensor.elementCount(of: extents) == quantization.scales.count else { throw mismatch() }
        } else if let extent = shape[axis].fixedValue, extent != quantization.scales.count {
            throw mismatch()
        }
    }

    // MARK: Asking about inputs

    func type(_ node: Node, _ position: Int) -> TensorType? { node.input(position).flatMap { graph.type(of: $0) } }

    func shape(_ node: Node, _ position: Int) -> [Dimension]? { type(node, position)?.shape }

    func contents(_ node: Node, _ position: Int) -> [Dimension]? { node.input(position).flatMap { contents[$0] } }

    /// The elements of an integer input where all are plain numbers.
    func integers(_ node: Node, _ position: Int) -> [Int]? {
        guard let id = node.input(position) else { return nil }
        if let values = contents[id] {
            var numbers: [Int] = []
            for value in values {
                guard let number = value.fixedValue else { return nil }
                numbers.append(number)
            }
            return numbers
        }
        return graph.constants[id].flatMap { $0.count <= 65536 ? $0.integerValues() : nil }
    }

    /// An axis counted from the front.
    func axis(_ value: Int, rank: Int, of node: Node) throws -> Int {
        guard value >= -rank, value < rank else {
            throw ModelError.shape(node, "axis \(value) is not one of the \(rank) axes")
        }
        return value < 0 ? value + rank : value
    }

    func axes(_ values: [Int], rank: Int, of node: Node) throws -> [Int] {
        let result = try values.map { try axis($0, rank: rank, of: node) }
        guard Set(result).count == result.count else {
            throw ModelError.shape(node, "an axis is named twice in \(values)")
        }
        return result
    }

    /// A name for an extent that is not known.
    func unknown(_ node: Node, _ axis: Int) -> Dimension { .symbol("\(node.name).\(axis)") }
}

extension Graph {
    /// Fills in the types of all values, and makes constants of what only describes shapes.
    ///
    /// - Throws: `ModelError` naming the node whose inputs do not fit.
    public mutating func inferShapes() throws {
        var inference = ShapeInference(self)
        try inference.run()
        self = inference.graph
    }

    /// This graph for inputs of given shapes, in the order of `inputs`: extents that were names become numbers throughout.
    ///
    /// - Throws: `ModelError` when a shape contradicts the model's.
    public func inferringShapes(for inputShapes: [[Int]]) throws -> Graph {
        guard inputShapes.count == inputs.count else {
            throw ModelError(code: "M0006", message: "the model has \(inputs.count) inputs, found \(inputShapes.count)")
        }
        var result = self
        var symbols: [String: Int] = [:]
        for (id, shape) in zip(inputs, inputShapes) {
            guard let type = type(of: id) else { continue }
            if let declared = type.shape {
                let fits =
                    declared.count == shape.count
                    && zip(declared, shape).allSatisfy { dimension, extent in
                        switch dimension {
                        case .fixed(let expected): return expected == extent
                        case .symbol(let name):
                            if let bound = symbols[name] { return bound == extent }
                            symbols[name] = extent
                            return extent >= 0
                        }
                    }
                guard fits else {
                    let expected = declared.map(\.description).joined(separator: ", ")
                    throw ModelError(
                        code: "M0006",
                        message: "the input `\(self[id].name)` has the shape [\(expected)], found \(shape)")
                }
            }
            result[id].type?.shape = shape.map(Dimension.fixed)
        }
        // What was inferred for names is inferred anew; declared shapes of constants stay.
        for node in nodes {
            for id in node.outputs where result[id].type?.fixedShape == nil { result[id].type?.shape = nil }
        }
        try result.inferShapes()
        return result
    }
}
