import EdgeTensors

/// Collects what a subgraph consists of (tensors, buffers, operators) and lays it out as a file.
struct TFLiteGraphWriter {
    typealias Field = FlatBufferBuilder.Field
    typealias Place = FlatBufferBuilder.Place

    let graph: Graph
    /// The same graph with its extents still names where they are names.
    let symbolic: Graph
    let readers: [ValueID: [Int]]
    private(set) var tensors: [TensorEntry] = []
    private var operators: [OperatorEntry] = []
    private var codes: [OperatorCode] = []
    private var buffers: [[UInt8]] = [[]]
    private var bufferIndex: [[UInt8]: Int] = [:]
    private var index: [ValueID: Int] = [:]
    /// Activations that went into the operator ahead of them, by position.
    var absorbed: Set<Int> = []
    private var refused: [(op: String, nodes: [String])] = []
    private var listCache: [[Int]: Int] = [:]

    struct TensorEntry {
        var name: String
        var dtype: DType
        var shape: [Int]
        var signature: [Int]?
        var quantization: Quantization?
        var buffer = 0
        var isVariable = false
    }

    struct OperatorCode: Hashable {
        var code: Int32
        var version: Int32
    }

    /// The options of an operator: their number in the schema's union, and fields.
    struct Options {
        var kind: UInt8
        var fields: [Int: Field]
        /// Fields that are vectors of 32-bit numbers.
        var lists: [Int: [Int32]] = [:]
        static let none = Options(kind: 0, fields: [:])
    }

    private struct OperatorEntry {
        var code: Int
        var inputs: [Int32]
        var outputs: [Int32]
        var options: Options
        var intermediates: [Int32] = []
    }

    init(graph: Graph, symbolic: Graph) {
        self.graph = graph
        self.symbolic = symbolic
        readers = graph.consumers()
    }

    // MARK: Nodes

    mutating func writeNodes() throws {
        for id in graph.inputs { try writeBorder(id) }
        for position in graph.nodes.indices where !absorbed.contains(position) {
            do { try write(graph.nodes[position], at: position) } catch let refusal as Refusal {
                let label = "\(graph.nodes[position].op.rawValue)\(refusal.reason.isEmpty ? "" : " \(refusal.reason)")"
                if let known = refused.firstIndex(where: { $0.op == label }) {
                    refused[known].nodes.append(graph.nodes[position].name)
                } else {
                    refused.append((label, [graph.nodes[position].name]))
                }
            }
        }
        guard refused.isEmpty else {
            let list = refused.map { "\($0.op) (\($0.nodes.prefix(3).map { "`\($0)`" }.joined(separator: ", ")))" }
            throw ModelError.unwritable(
                "TFLite", "it has no form for " + list.joined(separator: "; "), hint: "save it as .onnx")
        }
        for id in graph.outputs { try writeBorder(id) }
    }

    private mutating func writeBorder(_ id: ValueID) throws {
        do { _ = try tensor(id) } catch is Refusal {
            throw ModelError.unwritable("TFLite", "the shape of `\(graph[id].name)` depends on data")
        }
    }

    /// Why a node has no form in TFLite.
    struct Refusal: Error { var reason: String }

    func refuse(_ reason: String = "") -> Refusal { Refusal(reason: reason) }

    // MARK: Tensors

    /// The tensor of a value.
    mutating func tensor(_ id: ValueID) throws -> Int {
        if let known = index[id] { return known }
        guard let type = graph.type(of: id), let shape = type.fixedShape ?? graph.constants[id]?.shape else {
            throw refuse("of `\(graph[id].name)`, whose shape depends on data")
        }
        let result: Int
        if let tensor = graph.constants[id] {
            result = try constant(graph[id].name, tensor, quantization: type.quantization)
        } else {
            let names = symbolic.type(of: id)?.shape
            let signature =
                names?.count == shape.count && names?.contains { $0.fixedValue == nil } == true
                ? names?.map { $0.fixedValue ?? -1 } : nil
            tensors.append(
                TensorEntry(
                    name: graph[id].name, dtype: type.dtype, shape: shape, signature: signature,
                    quantization: type.quantization,
                    isVariable: graph.variables.contains(id)))
            result = tensors.count - 1
        }
        index[id] = result
        return result
    }

    /// A tensor between the operators that one node becomes.
    mutating func intermediate(_ name: String, _ shape: [Int], _ dtype: DType, _ quantization: Quantization?) -> Int {
        tensors.append(TensorEntry(name: name, dtype: dtype, shape: shape, quantization: quantization))
        return tensors.count - 1
    }

    /// A tensor like another of another shape or quantization.
    mutating func intermediate(_ name: String, like other: Int, shape: [Int]? = nil) -> Int {
        let entry = tensors[other]
        return intermediate(name, shape ?? entry.shape, entry.dtype, entry.quantization)
    }

    mutating func constant(_ name: String, _ tensor: Tensor, quantization: Quantization? = nil) throws -> Int {
        // Two bits are kept in four, in case of which unsigned ones fit a byte only.
        var stored = tensor
        if tensor.dtype == .i2 {
            stored = try Tensor.integers(tensor.integerValues() ?? [], shape: tensor.shape, dtype: .i4)
        }
        if tensor.dtype == .u4 {
            stored = try Tensor.integers(tensor.integerValues() ?? [], shape: tensor.shape, dtype: .i8)
        }
        let bytes = try stored.withBytes { [UInt8]($0) }
        tensors.append(
            TensorEntry(
                name: name, dtype: stored.dtype, shape: stored.shape, quantization: quantization, buffer: buffer(bytes))
        )
        return tensors.count - 1
    }

    /// A parameter list of 32-bit integers.
    mutating func list(_ values: [Int], shape: [Int]? = nil) throws -> Int {
        let key = values + [shape == nil ? -1 : shape?.count ?? 0] + (shape ?? [])
        if let known = listCache[key] { return known }
        let numbers = values.map { min(max($0, Int(Int32.min)), Int(Int32.max)) }
        let result = try constant(
            "list_\(tensors.count)", Tensor.integers(numbers, shape: shape ?? [values.count], dtype: .i32))
        listCache[key] = result
        return result
    }

    mutating func scalar(_ value: Float) throws -> Int {
        try constant("number_\(tensors.count)", Tensor(scalar: value))
    }

    private mutating func buffer(_ bytes: [UInt8]) -> Int {
        if let known = bufferIndex[bytes] { return known }
        buffers.append(bytes)
        bufferIndex[bytes] = buffers.count - 1
        return buffers.count - 1
    }

    // MARK: Operators

    mutating func add(
        _ code: TFLiteOperatorCode, _ inputs: [Int], _ outputs: [Int], _ options: Options = .none,
        version: Int32? = nil,
        intermediates: [Int] = []
    ) {
        let entry = OperatorCode(
            code: code.rawValue, version: version ?? self.version(of: code, inputs, outputs))
        let position: Int
        if let known = codes.firstIndex(of: entry) {
            position = known
        } else {
            codes.append(entry)
            position = codes.count - 1
        }
        operators.append(
            OperatorEntry(
                code: position, inputs: inputs.map { Int32(truncatingIfNeeded: $0) },
                outputs: outputs.map { Int32(truncatingIfNeeded: $0) },
                options: options, intermediates: intermediates.map { Int32(truncatingIfNeeded: $0) }))
    }

    /// The version of an operator that takes such types.
    private func version(of code: TFLiteOperatorCode, _ inputs: [Int], _ outputs: [Int]) -> Int32 {
        let data = (inputs.first { $0 >= 0 }).map { tensors[$0].dtype } ?? .f32
        let weights = inputs.count > 1 && inputs[1] >= 0 ? tensors[inputs[1]].dtype : data
        switch code {
        case .conv2d: return weights == .i4 ? 7 : data == .i16 ? 4 : data == .i8 ? 3 : weights == .i8 ? 5 : 1
        case .depthwiseConv2d: return weights == .i4 ? 7 : data == .i16 ? 5 : data == .i8 ? 3 : weights == .i8 ? 6 : 2
        case .fullyConnected: return weights == .i4 ? 10 : data == .i16 ? 7 : data == .i8 ? 4 : weights == .i8 ? 9 : 5
        case .reshape, .hardSwish, .prelu, .shape, .square, .expandDims, .elu, .range, .fill, .reluN1To1, .relu0To1,
            .selectV2, .cast,
            .logicalAnd, .logicalOr, .logicalNot, .pow, .unidirectionalSequenceLstm, .batchMatmul, .tile:
            return 1
        case .transposeConv: return data == .i8 ? 3 : inputs.count > 3 ? 3 : 1
        case .broadcastTo, .quantize:
            return code == .quantize && data.isFloat ? 1 : 2
        case .dequantize: return data == .i16 ? 3 : data == .i8 ? 2 : 1
        case .resizeBilinear, .resizeNearestNeighbor: return 3
        case .bitwiseXor, .rightShift: return 1
        case .leakyRelu: return data == .i16 || data == .i8 ? 2 : 1
        default: return data == .i16 ? 3 : data == .i8 ? 2 : 1
        }
    }

    // MARK: The file

    func finish(_ model: Model) throws -> [UInt8] {
        var builder = FlatBufferBuilder()
        var buffers = self.buffers
        var entries: [(name: String, buffer: Int)] = []
        for (key, value) in ModelHistory.encoded(model) where key != "min_runtime_version" {
            buffers.append(Array(value.utf8))
            entries.append((key, buffers.count - 1))
        }
        let bufferPlaces = buffers.map { bytes in
            bytes.isEmpty ? builder.table([:]) : builder.table([0: .place(builder.bytes(bytes, alignment: 16))])
        }
        let codePlaces = codes.map { code in
            builder.table([
                0: .int8(Int8(truncatingIfNeeded: min(code.code, 127))), 2: .int32(code.version), 3: .int32(code.code),
            ])
        }
        var taken: Set<String> = []
        let tensorPlaces = try tensors.map { try write($0, &builder, &taken) }
        let operatorPlaces = operators.map { write($0, &builder) }
        func indices(_ ids: [ValueID]) -> [Int32] { ids.map { Int32(truncatingIfNeeded: index[$0] ?? 0) } }
        let subgraph = builder.table([
            0: .place(builder.places(tensorPlaces)), 1: .place(builder.integers(indices(graph.inputs))),
            2: .place(builder.integers(indices(graph.outputs))), 3: .place(builder.places(operatorPlaces)),
            4: .place(builder.string("main")),
        ])
        let metadata = entries.map { entry in
            builder.table([0: .place(builder.string(entry.name)), 1: .uint32(UInt32(truncatingIfNeeded: entry.buffer))])
        }
        let root = builder.table([
            0: .uint32(3), 1: .place(builder.places(codePlaces)), 2: .place(builder.places([subgraph])),
            3: .place(builder.string("edgesh")), 4: .place(builder.places(bufferPlaces)),
            6: metadata.isEmpty ? .absent : .place(builder.places(metadata)),
        ])
        return builder.finish(root, identifier: "TFL3")
    }

    private func write(_ entry: TensorEntry, _ builder: inout FlatBufferBuilder, _ taken: inout Set<String>) throws
        -> Place
    {
        var name = entry.name
        var number = 1
        while !taken.insert(name).inserted {
            name = "\(entry.name)_\(number)"
            number += 1
        }
        var fields: [Int: Field] = [
            0: .place(builder.integers(entry.shape.map { Int32(truncatingIfNeeded: $0) })),
            1: .int8(try entry.dtype.tfliteCode),
            2: .uint32(UInt32(truncatingIfNeeded: entry.buffer)), 3: .place(builder.string(name)), 8: .bool(true),
        ]
        if let signature = entry.signature {
            fields[7] = .place(builder.integers(signature.map { Int32(truncatingIfNeeded: $0) }))
        }
        if entry.isVariable { fields[5] = .bool(true) }
        if let quantization = entry.quantization {
            let scales = builder.floats(quantization.scales)
            let zeroPoints = builder.integers(quantization.zeroPoints.map(Int64.init))
            fields[4] = .place(
                builder.table([
                    2: .place(scales), 3: .place(zeroPoints),
                    6: .int32(Int32(truncatingIfNeeded: quantization.axis ?? 0)),
                ]))
        }
        return builder.table(fields)
    }

    private func write(_ entry: OperatorEntry, _ builder: inout FlatBufferBuilder) -> Place {
        var fields: [Int: Field] = [
            0: .uint32(UInt32(truncatingIfNeeded: entry.code)), 1: .place(builder.integers(entry.inputs)),
            2: .place(builder.integers(entry.outputs)),
        ]
        if entry.options.kind != 0 {
            var options = entry.options.fields
            for (number, values) in entry.options.lists.sorted(by: { $0.key < $1.key }) {
                options[number] = .place(builder.integers(values))
            }
            fields[3] = .uint8(entry.options.kind)
            fields[4] = .place(builder.table(options))
        }
        if !entry.intermediates.isEmpty { fields[8] = .place(builder.integers(entry.intermediates)) }
        return builder.table(fields)
    }
}
