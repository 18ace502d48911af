import EdgeTensors

/// Reads one subgraph: tensors become values and constants, operators nodes in the graph's vocabulary.
struct TFLiteGraphReader {
    let context: TFLiteContext
    var file: TFLiteFile { context.file }
    let subgraph: FlatTable
    private let tensors: [FlatTable]
    var graph = Graph()
    private var values: [Int: ValueID] = [:]
    private var turned: [TurnedConstant: ValueID] = [:]
    private var valueNames: Set<String> = []
    private var nodeNames: Set<String> = []
    /// The variables that tensors are handles of.
    var handles: [Int: String] = [:]
    /// The variables whose handles the subgraph gives, by the position of the output.
    private(set) var givenHandles: [Int: String] = [:]
    /// Quantized weights that the file dequantizes for one operator: they stand for their real numbers exactly.
    var exactWeights: Set<ValueID> = []
    /// The operators that read each tensor, by position and input.
    private(set) var readers: [Int: [(operation: TFLiteOperation, input: Int)]] = [:]

    /// The tensors of complex numbers; their values have two floats an element, on an axis behind the others.
    private(set) var complexTensors: Set<Int> = []

    private struct TurnedConstant: Hashable {
        var tensor: Int
        var order: [Int]
    }

    init(context: TFLiteContext, subgraph: FlatTable) {
        self.context = context
        self.subgraph = subgraph
        tensors = (try? subgraph.tables(0)) ?? []
    }

    /// - Parameter handles: the names of variables whose handles are inputs, by the position of the input.
    mutating func read(handles given: [Int: String] = [:]) throws -> Graph {
        // The initialiser cannot throw; a damaged list of tensors is reported here.
        _ = try subgraph.tables(0)
        for (index, table) in tensors.enumerated() where try table.integer(1, Int8(0)) == Self.complexCode {
            complexTensors.insert(index)
        }
        let borders = try (subgraph.integers(1, of: Int32.self) ?? []) + (subgraph.integers(2, of: Int32.self) ?? [])
        guard borders.allSatisfy({ !complexTensors.contains(Int($0)) }) else {
            throw ModelError.unsupported("the model takes or gives complex numbers")
        }
        for (position, index) in (try subgraph.integers(1, of: Int32.self) ?? []).enumerated() {
            if let name = given[position] {
                handles[Int(index)] = name
                continue
            }
            let id = try value(Int(index))
            guard graph.constants[id] == nil else { continue }
            graph.variables.remove(id)
            graph.inputs.append(id)
        }
        let operations = try subgraph.tables(3).enumerated().map { try operation($1, position: $0) }
        for operation in operations {
            for (input, index) in operation.inputs.enumerated() where index >= 0 {
                readers[index, default: []].append((operation, input))
            }
        }
        try readInitialValues(operations)
        for operation in operations { try convert(operation) }
        for (position, index) in (try subgraph.integers(2, of: Int32.self) ?? []).enumerated() {
            if let name = handles[Int(index)] {
                givenHandles[position] = name
            } else {
                graph.outputs.append(try value(Int(index)))
            }
        }
        return graph
    }

    /// Takes note of names that came in with another graph.
    mutating func noteNames() {
        valueNames.formUnion(graph.values.map(\.name))
        nodeNames.formUnion(graph.nodes.map(\.name))
    }

    private func operation(_ table: FlatTable, position: Int) throws -> TFLiteOperation {
        let code = Int(try table.integer(0, UInt32(0)))
        guard file.operatorCodes.indices.contains(code) else {
            throw file.buffer.error(
                "operator \(position) has the code \(code), which is not listed", at: table.position)
        }
        let inputs = try (table.integers(1, of: Int32.self) ?? []).map(Int.init)
        let outputs = try (table.integers(2, of: Int32.self) ?? []).map(Int.init)
        let intermediates = try (table.integers(8, of: Int32.self) ?? []).map(Int.init)
        guard inputs.allSatisfy({ $0 < tensors.count }), (outputs + intermediates).allSatisfy(tensors.indices.contains)
        else {
            throw file.buffer.error("operator \(position) names a tensor that is not there", at: table.position)
        }
        // A union is its type's number and a reference to its table.
        let kind = try table.integer(3, UInt8(0))
        // Newer operators have theirs in a union of its own.
        let newer = try table.integer(11, UInt8(0))
        let custom = try table.vector(5, width: 1)
        return TFLiteOperation(
            position: position, number: file.operatorCodes[code].code, custom: file.operatorCodes[code].custom,
            inputs: inputs, outputs: outputs, intermediates: intermediates,
            options: kind != 0 ? try table.table(4) : newer != 0 ? try table.table(12) : nil,
            customOptions: custom.map { file.buffer.bytes[$0.start..<($0.start + $0.count)] } ?? [])
    }

    mutating func reportUnsupported(_ operation: TFLiteOperation, _ detail: String = "") {
        let name = operation.name + (detail.isEmpty ? "" : " \(detail)")
        context.reportUnsupported(name, node: nodeName(operation))
    }

    /// What an operator is called: TFLite gives names to tensors only.
    func nodeName(_ operation: TFLiteOperation) -> String {
        let named = operation.outputs.first.flatMap { try? tensors[$0].string(3) } ?? ""
        return named.isEmpty ? "\(operation.name)_\(operation.position)" : named
    }

    // MARK: Values

    func claimed(_ name: String, in names: inout Set<String>) -> String {
        var candidate = name.isEmpty ? "value" : name
        var number = 1
        while !names.insert(candidate).inserted {
            candidate = "\(name)_\(number)"
            number += 1
        }
        return candidate
    }

    /// A name for a value that no other has yet.
    mutating func claimedName(_ name: String) -> String { claimed(name, in: &valueNames) }

    /// The value of a tensor, made when it is first asked for.
    mutating func value(_ index: Int) throws -> ValueID {
        if let known = values[index] { return known }
        guard tensors.indices.contains(index) else {
            throw file.buffer.error("there is no tensor \(index)", at: subgraph.position)
        }
        let table = tensors[index]
        let name = claimed(try table.string(3) ?? "", in: &valueNames)
        let type = try type(of: index)
        let data = try file.data(Int(try table.integer(2, UInt32(0))))
        let id: ValueID
        if !data.isEmpty, let extents = type.fixedShape {
            let tensor: Tensor
            do {
                if let sparsity = try table.table(6) {
                    tensor = try TFLiteSparsity(sparsity, shape: extents).dense(data, dtype: type.dtype)
                } else {
                    tensor = try Tensor(bytes: data, shape: extents, dtype: type.dtype)
                }
            } catch let error as TensorError {
                throw file.buffer.error("tensor `\(name)`: \(error.message)", at: table.position)
            }
            id = graph.addConstant(name: name, tensor, quantization: type.quantization)
        } else {
            id = graph.addValue(name: name, type: type)
            if try table.bool(5) { graph.variables.insert(id) }
        }
        values[index] = id
        return id
    }

    /// Lets a tensor stand for a value that is already there.
    mutating func alias(_ index: Int, to id: ValueID) { values[index] = id }

    /// The schema's number of complex numbers of two floats.
    private static let complexCode: Int8 = 8

    func type(of index: Int) throws -> TensorType {
        let table = tensors[index]
        let code = try table.integer(1, Int8(0))
        let isComplex = code == Self.complexCode
        guard let dtype = isComplex ? .f32 : DType(tflite: code) else {
            throw ModelError.unsupported("tensor \(index) has elements of TFLite type \(code), which is not supported")
        }
        let extents = try table.integers(0, of: Int32.self) ?? []
        let signature = try table.integers(7, of: Int32.self) ?? []
        guard extents.count <= 16, extents.allSatisfy({ $0 >= 0 }) else {
            throw file.buffer.error("tensor \(index) has the shape \(extents)", at: table.position)
        }
        var shape: [Dimension] = extents.enumerated().map { axis, extent in
            signature.count == extents.count && signature[axis] == -1
                ? .symbol(axis == 0 ? "batch" : "tensor\(index).\(axis)") : .fixed(Int(extent))
        }
        if isComplex { shape.append(.fixed(2)) }
        return TensorType(
            dtype: dtype, shape: shape,
            quantization: dtype.isFloat || dtype == .bool ? nil : try quantization(table, index))
    }

    private func quantization(_ table: FlatTable, _ index: Int) throws -> Quantization? {
        guard let parameters = try table.table(4) else { return nil }
        if try parameters.integer(4, UInt8(0)) == 2, let details = try parameters.table(5) {
            return try blockwise(details, index)
        }
        guard let scales = try parameters.floats(2), !scales.isEmpty else { return nil }
        guard scales.allSatisfy({ $0.isFinite && $0 > 0 }) else {
            throw file.buffer.error("tensor \(index) has a scale that is zero or not finite", at: parameters.position)
        }
        let points = try parameters.integers(3, of: Int64.self) ?? []
        guard points.count == scales.count || points.count <= 1 else {
            throw file.buffer.error(
                "tensor \(index) has \(scales.count) scales and \(points.count) zero points", at: parameters.position)
        }
        let zeroPoints = scales.indices.map {
            Int32(truncatingIfNeeded: points.count == 1 ? points[0] : points.isEmpty ? 0 : points[$0])
        }
        let axis = Int(try parameters.integer(6, Int32(0)))
        return Quantization(scales: scales, zeroPoints: zeroPoints, axis: scales.count > 1 ? axis : nil)
    }

    /// Scales for groups of neighbours, kept in a tensor of their own.
    private func blockwise(_ details: FlatTable, _ index: Int) throws -> Quantization? {
        let source = Int(try details.integer(0, Int32(0)))
        let size = Int(try details.integer(2, Int32(0)))
        guard tensors.indices.contains(source), source != index, size > 0 else {
            throw file.buffer.error("tensor \(index) has scales that are not there", at: details.position)
        }
        let table = tensors[source]
        let extents = try (table.integers(0, of: Int32.self) ?? []).map(Int.init)
        guard let dtype = DType(tflite: try table.integer(1, Int8(0))), dtype.isFloat,
            let tensor = try? Tensor(
                bytes: file.data(Int(try table.integer(2, UInt32(0)))), shape: extents, dtype: dtype),
            let scales = tensor.realValues(), scales.allSatisfy({ $0.isFinite && $0 > 0 })
        else { throw file.buffer.error("tensor \(index) has scales that cannot be read", at: details.position) }
        return Quantization(
            scales: scales, zeroPoints: [Int32](repeating: 0, count: scales.count), axis: max(0, extents.count - 1),
            groupSize: size)
    }

    // MARK: Nodes

    mutating func emit(
        _ op: Operator, _ operation: TFLiteOperation, _ inputs: [ValueID?], to outputs: [ValueID],
        _ attributes: [String: Attribute] = [:], suffix: String = ""
    ) {
        let name = claimed(nodeName(operation) + suffix, in: &nodeNames)
        graph.nodes.append(Node(name: name, op: op, inputs: inputs, outputs: outputs, attributes: attributes))
    }

    /// A value between the nodes that one operator becomes.
    mutating func intermediate(_ operation: TFLiteOperation, _ suffix: String, _ type: TensorType?) -> ValueID {
        graph.addValue(name: claimed(nodeName(operation) + suffix, in: &valueNames), type: type)
    }

    mutating func constant(_ operation: TFLiteOperation, _ suffix: String, _ tensor: Tensor) -> ValueID {
        graph.addConstant(name: claimed(nodeName(operation) + suffix, in: &valueNames), tensor)
    }

    mutating func int64s(_ operation: TFLiteOperation, _ suffix: String, _ values: [Int]) throws -> ValueID {
        constant(operation, suffix, try Tensor.int64s(values))
    }

    /// An input that must be there.
    mutating func required(_ operation: TFLiteOperation, _ position: Int) throws -> ValueID {
        guard let id = try optional(operation, position) else {
            throw ModelError.inconsistent("\(operation.name) `\(nodeName(operation))` lacks input \(position)")
        }
        return id
    }

    /// What is known of the type of an input that must be there. Reading an input may add its value to the graph: only then is it looked up.
    mutating func typeOfInput(_ operation: TFLiteOperation, _ position: Int) throws -> TensorType? {
        let id = try required(operation, position)
        return graph.type(of: id)
    }

    mutating func optional(_ operation: TFLiteOperation, _ position: Int) throws -> ValueID? {
        guard position < operation.inputs.count, operation.inputs[position] >= 0 else { return nil }
        return try value(operation.inputs[position])
    }

    mutating func output(_ operation: TFLiteOperation, _ position: Int = 0) throws -> ValueID {
        guard position < operation.outputs.count else {
            throw ModelError.inconsistent("\(operation.name) number \(operation.position) lacks output \(position)")
        }
        return try value(operation.outputs[position])
    }

    /// The elements of a constant input of integers; nil where it is computed.
    mutating func integers(_ operation: TFLiteOperation, _ position: Int) throws -> [Int]? {
        guard let id = try optional(operation, position) else { return nil }
        return graph.constants[id].flatMap { $0.count <= 65536 ? $0.integerValues() : nil }
    }

    /// An input of integers as ONNX wants them: 64 bits each.
    mutating func int64Input(_ operation: TFLiteOperation, _ position: Int, suffix: String) throws -> ValueID {
        let id = try required(operation, position)
        if let tensor = graph.constants[id], let numbers = tensor.count <= 65536 ? tensor.integerValues() : nil {
            return constant(
                operation, suffix,
                try Tensor.integers(numbers, shape: tensor.rank == 0 ? [1] : tensor.shape, dtype: .i64))
        }
        if graph.type(of: id)?.dtype == .i64 { return id }
        let wide = intermediate(operation, suffix, graph.type(of: id).map { TensorType(dtype: .i64, shape: $0.shape) })
        emit(.cast, operation, [id], to: [wide], ["to": .string(DType.i64.rawValue)], suffix: suffix)
        return wide
    }

    /// A weight with its axes in another order: a constant is turned once, another value by a node.
    mutating func turnedInput(_ operation: TFLiteOperation, _ position: Int, _ order: [Int]) throws -> ValueID {
        let id = try required(operation, position)
        guard let shape = graph.type(of: id)?.shape, shape.count == order.count else {
            throw ModelError.inconsistent(
                "\(operation.name) `\(nodeName(operation))` has weights of \(graph.type(of: id)?.shape?.count ?? 0) axes, it takes \(order.count)"
            )
        }
        let key = TurnedConstant(tensor: operation.inputs[position], order: order)
        if let known = turned[key] { return known }
        var type = graph.type(of: id)
        type?.shape = order.map { shape[$0] }
        if let axis = type?.quantization?.axis {
            guard let moved = order.firstIndex(of: axis) else {
                throw ModelError.inconsistent("the weights of `\(nodeName(operation))` have scales on axis \(axis)")
            }
            type?.quantization?.axis = moved
        }
        let name = claimed(graph[id].name, in: &valueNames)
        let result: ValueID
        if let tensor = graph.constants[id] {
            result = graph.addConstant(name: name, try tensor.permuted(order), quantization: type?.quantization)
            if exactWeights.contains(id) { exactWeights.insert(result) }
        } else {
            result = graph.addValue(name: name, type: type)
            emit(.transpose, operation, [id], to: [result], ["perm": .ints(order)], suffix: "/weights")
        }
        turned[key] = result
        return result
    }

    /// Adds a node and, where the operator carries a fused activation, the node of that.
    mutating func emitActivated(
        _ op: Operator, _ operation: TFLiteOperation, _ inputs: [ValueID?], to output: ValueID, activation: Int8,
        _ attributes: [String: Attribute] = [:]
    ) throws {
        guard activation != 0 else { return emit(op, operation, inputs, to: [output], attributes) }
        let inner = intermediate(operation, "/linear", graph.type(of: output))
        emit(op, operation, inputs, to: [inner], attributes)
        try emitActivation(operation, inner, to: output, activation)
    }

    mutating func emitActivation(_ operation: TFLiteOperation, _ input: ValueID, to output: ValueID, _ activation: Int8)
        throws
    {
        switch activation {
        case 1: emit(.relu, operation, [input], to: [output], suffix: "/relu")
        case 2: try emitClip(operation, input, to: output, -1, 1)
        case 3: try emitClip(operation, input, to: output, 0, 6)
        case 4: emit(.tanh, operation, [input], to: [output], suffix: "/tanh")
        default: reportUnsupported(operation, "with fused activation \(activation)")
        }
    }

    mutating func emitClip(
        _ operation: TFLiteOperation, _ input: ValueID, to output: ValueID, _ low: Float, _ high: Float
    ) throws {
        // Plain integers are clamped as such.
        let type = graph.type(of: input)
        var bounds = [try Tensor(scalar: low), try Tensor(scalar: high)]
        if let dtype = type?.dtype, type?.quantization == nil, !dtype.isFloat {
            bounds = try [low, high].map { try Tensor.integers([Int($0)], shape: [], dtype: dtype) }
        }
        let least = constant(operation, "/min", bounds[0])
        let most = constant(operation, "/max", bounds[1])
        emit(.clip, operation, [input, least, most], to: [output], suffix: "/clip")
    }

    /// The real numbers of an input, for operators made of several nodes.
    mutating func real(_ operation: TFLiteOperation, _ position: Int) throws -> ValueID {
        let id = try required(operation, position)
        guard let type = graph.type(of: id), type.quantization != nil else { return id }
        let result = intermediate(operation, "/real\(position)", TensorType(dtype: .f32, shape: type.shape))
        emit(.dequantizeLinear, operation, [id], to: [result], suffix: "/dequantize\(position)")
        return result
    }

    /// Where such an operator puts its result: the output, or a value that is quantized into it.
    mutating func realOutput(_ operation: TFLiteOperation, _ position: Int = 0) throws -> ValueID {
        let id = try output(operation, position)
        guard let type = graph.type(of: id), type.quantization != nil else { return id }
        return intermediate(operation, "/result\(position)", TensorType(dtype: .f32, shape: type.shape))
    }

    mutating func store(_ operation: TFLiteOperation, _ result: ValueID, at position: Int = 0) throws {
        let id = try output(operation, position)
        if id != result { emit(.quantizeLinear, operation, [result], to: [id], suffix: "/quantize") }
    }
}

/// An operator of the file with its parts looked up.
struct TFLiteOperation {
    var position: Int
    var number: Int32
    var custom: String
    var inputs: [Int]
    var outputs: [Int]
    var intermediates: [Int]
    var options: FlatTable?
    /// What a custom operator is told, in a format of its own.
    var customOptions: ArraySlice<UInt8>

    var code: TFLiteOperatorCode? { TFLiteOperatorCode(rawValue: number) }
    var name: String { number == 32 && !custom.isEmpty ? "custom \(custom)" : TFLiteOperatorCode.name(of: number) }

    func int(_ field: Int, _ standard: Int32 = 0) throws -> Int {
        Int(try options?.integer(field, standard) ?? standard)
    }
    func byte(_ field: Int) throws -> Int8 { try options?.integer(field, Int8(0)) ?? 0 }
    func bool(_ field: Int) throws -> Bool { try options?.bool(field) ?? false }
    func float(_ field: Int, _ standard: Float) throws -> Float { try options?.float(field, standard) ?? standard }
}
