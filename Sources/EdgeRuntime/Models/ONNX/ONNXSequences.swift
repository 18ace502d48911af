import EdgeTensors
internal import SwiftProtobuf

/// Sequences whose elements are known when the model is read: lists of values, which take the place of the operators that make and read them.
///
/// That is what exporters write for parts of a tensor (`SplitToSequence`, `SequenceAt`) and for lists that are joined again
/// (`ConcatFromSequence`). An optional value that is there is the value itself.
extension ONNXGraphReader {
    /// Reads an operator of sequences or optional values; false for any other.
    mutating func readSequence(_ proto: Onnx_NodeProto, attributes: [String: Attribute]) throws -> Bool {
        guard proto.domain.isEmpty || proto.domain == "ai.onnx" else { return false }
        var source = ONNXNode(
            name: proto.name, op: proto.opType, inputs: [], outputs: proto.output, attributes: attributes)
        switch proto.opType {
        case "SequenceConstruct":
            source.inputs = try proto.input.map { try value($0) }
            try keep(source.inputs.compactMap { $0 }, proto)
        case "SequenceEmpty": try keep([], proto)
        case "SplitToSequence":
            source.inputs = try proto.input.map { try value($0) }
            try split(source, proto)
        case "SequenceAt", "SequenceErase", "SequenceInsert", "SequenceLength", "ConcatFromSequence", "Identity":
            guard let name = proto.input.first, let elements = sequences[name] else {
                if proto.opType == "Identity" { return false }
                reportSequence(proto, "of a sequence that the model computes")
                return true
            }
            source.inputs = try proto.input.dropFirst().map { try value($0) }
            try readList(source, proto, elements)
        case "Optional", "OptionalGetElement", "OptionalHasElement":
            let name = proto.input.first ?? ""
            guard sequences[name] == nil else {
                reportSequence(proto, "of a sequence")
                return true
            }
            let element = try value(name)
            if proto.opType == "OptionalHasElement" {
                let truth = graph.addConstant(
                    name: claim(proto.output.first ?? "has"), try Tensor(scalar: element != nil))
                try define(proto.output.first ?? "", truth)
            } else if let element {
                try finish(.identity, source, [element])
            } else {
                reportSequence(proto, "of nothing")
            }
        default:
            guard proto.input.contains(where: { sequences[$0] != nil }) else { return false }
            reportSequence(proto, "of a sequence")
        }
        return true
    }

    private mutating func keep(_ elements: [ValueID], _ proto: Onnx_NodeProto) throws {
        guard let name = proto.output.first, !name.isEmpty else { return }
        guard values[name] == nil, sequences.updateValue(elements, forKey: name) == nil else {
            throw ModelError.inconsistent("the value `\(name)` is made more than once")
        }
    }

    private mutating func reportSequence(_ proto: Onnx_NodeProto, _ detail: String) {
        context.reportUnsupported("\(proto.opType) \(detail)", node: proto.name)
        for name in proto.output where !name.isEmpty && values[name] == nil {
            values[name] = intermediate(name)
        }
    }

    /// A place in a list that is known now; nil, and reported, where it is not.
    private mutating func place(
        _ id: ValueID?, _ proto: Onnx_NodeProto, count: Int, standard: Int
    ) throws -> Int? {
        guard let id else { return standard }
        guard let given = graph.constants[id]?.integerValues()?.first else {
            reportSequence(proto, "at a computed position")
            return nil
        }
        let place = given < 0 ? given &+ count : given
        guard place >= 0, place <= count else {
            throw ModelError.inconsistent(
                "\(proto.opType) `\(proto.name)` names position \(given) of a sequence of \(count)")
        }
        return place
    }

    private mutating func readList(_ source: ONNXNode, _ proto: Onnx_NodeProto, _ elements: [ValueID]) throws {
        switch proto.opType {
        case "SequenceAt":
            guard let place = try place(source.input(0), proto, count: elements.count, standard: 0) else { return }
            guard elements.indices.contains(place) else {
                throw ModelError.inconsistent("SequenceAt `\(proto.name)` reads behind the end of its sequence")
            }
            try finish(.identity, source, [elements[place]])
        case "SequenceErase":
            guard let place = try place(source.input(0), proto, count: elements.count, standard: elements.count - 1)
            else { return }
            var rest = elements
            guard rest.indices.contains(place) else {
                throw ModelError.inconsistent("SequenceErase `\(proto.name)` takes from behind the end of its sequence")
            }
            rest.remove(at: place)
            try keep(rest, proto)
        case "SequenceInsert":
            guard let element = source.input(0),
                let place = try place(source.input(1), proto, count: elements.count, standard: elements.count)
            else { return }
            // Each step may copy a list of all before it.
            guard elements.count < Self.sequenceLimit else {
                throw ModelError.unsupported("a sequence of more than \(Self.sequenceLimit) elements")
            }
            var longer = elements
            longer.insert(element, at: place)
            try keep(longer, proto)
        case "SequenceLength":
            let name = proto.output.first ?? ""
            try define(name, graph.addConstant(name: claim(name), try Tensor(scalar: Int64(elements.count))))
        case "ConcatFromSequence":
            var parts = elements
            let axis = source.int("axis") ?? 0
            if source.int("new_axis") == 1 {
                let axes = try list(source, "axes", [axis])
                parts = parts.enumerated().map { step(.unsqueeze, source, "part_\($0)", [$1, axes]) }
            }
            try finish(.concat, source, parts, ["axis": .int(axis)])
        default: try keep(elements, proto)
        }
    }

    /// A tensor in parts of sizes that are known now.
    private mutating func split(_ source: ONNXNode, _ proto: Onnx_NodeProto) throws {
        let data = try required(source, 0)
        let axis = source.int("axis") ?? 0
        let given = source.input(1).map { graph.constants[$0] }
        if case .some(nil) = given { return reportSequence(proto, "into computed sizes") }
        let tensor = given ?? nil
        var sizes = tensor.flatMap { $0.rank == 0 ? nil : $0.integerValues() } ?? []
        if tensor == nil || tensor?.rank == 0 {
            let size = tensor?.integerValues()?.first ?? 1
            guard let shape = shape(of: data),
                let all = shape.indices.contains(axis < 0 ? axis + shape.count : axis)
                    ? shape[axis < 0 ? axis + shape.count : axis].fixedValue : nil, size > 0
            else { return reportSequence(proto, "along an axis of unknown length") }
            sizes = [Int](repeating: size, count: min(all / size, Self.sequenceLimit + 1))
            if all % size != 0 { sizes.append(all % size) }
        }
        guard sizes.count <= Self.sequenceLimit else {
            throw ModelError.unsupported("a sequence of more than \(Self.sequenceLimit) elements")
        }
        var parts = steps(
            .split, source, "parts", [data, try list(source, "sizes", sizes)], count: sizes.count, ["axis": .int(axis)])
        if tensor == nil, source.int("keepdims") == 0 {
            let axes = try list(source, "axes", [axis])
            parts = parts.enumerated().map { step(.squeeze, source, "part_\($0)", [$1, axes]) }
        }
        try keep(parts, proto)
    }

    private static let sequenceLimit = 4096
}
