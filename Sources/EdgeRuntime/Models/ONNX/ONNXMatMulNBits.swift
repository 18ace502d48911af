import EdgeTensors

/// Reads `com.microsoft::MatMulNBits`: a product with weights of 2, 4 or 8 bits in blocks along the inner axis.
///
/// Its integers are unsigned around a zero point; ours are signed, so that the usual zero point, the middle, becomes 0 and the layer
/// runs in the low-bit kernels. `accuracy_level` 4 allows 8-bit activations, which such layers then get (one scale a row, as
/// `quantize` without calibration makes them); any other level, and any other zero point, computes with floats.
extension ONNXGraphReader {
    /// Sizes of a node, checked.
    private struct Blocks {
        let rows: Int
        let depth: Int
        let bits: Int
        let size: Int
        /// Blocks in a row, bytes of a block, and the stored zero point of symmetric weights.
        let count: Int
        let bytes: Int
        var middle: Int { 1 << (bits - 1) }

        init(_ source: ONNXNode) throws {
            guard let rows = source.int("N"), let depth = source.int("K"), let size = source.int("block_size") else {
                throw ModelError.inconsistent("MatMulNBits `\(source.name)` lacks N, K or block_size")
            }
            let bits = source.int("bits") ?? 4
            guard [2, 4, 8].contains(bits) else {
                throw ModelError.unsupported(
                    "MatMulNBits `\(source.name)` has weights of \(bits) bits", hint: "2, 4 and 8 are supported")
            }
            let extents = 1...(1 << 31)
            guard extents.contains(rows), extents.contains(depth), (16...(1 << 16)).contains(size),
                size.nonzeroBitCount == 1
            else {
                throw ModelError.inconsistent(
                    "MatMulNBits `\(source.name)` has N \(rows), K \(depth) and blocks of \(size)")
            }
            (self.rows, self.depth, self.bits, self.size) = (rows, depth, bits, size)
            count = (depth + size - 1) / size
            bytes = size * bits / 8
        }
    }

    mutating func readMatMulNBits(_ source: ONNXNode) throws {
        let blocks = try Blocks(source)
        guard let data = source.input(0), let packed = source.input(1), let scaleInput = source.input(2) else {
            throw ModelError.inconsistent("MatMulNBits `\(source.name)` lacks an input, it takes 3 or more")
        }
        try refuseOtherOrders(source, blocks)
        guard let words = graph.constants[packed], let scales = graph.constants[scaleInput]?.realValues() else {
            throw ModelError.unsupported("MatMulNBits `\(source.name)` computes its weights or scales")
        }
        guard words.dtype == .u8,
            words.count == Tensor.elementCount(of: [blocks.rows, blocks.count, blocks.bytes])
        else {
            throw ModelError.inconsistent(
                "MatMulNBits `\(source.name)` has weights \(words.shape) of \(words.dtype.rawValue), "
                    + "N \(blocks.rows) and K \(blocks.depth) in blocks of \(blocks.size) take "
                    + "[\(blocks.rows), \(blocks.count), \(blocks.bytes)] of u8")
        }
        guard scales.count == blocks.rows * blocks.count, scales.allSatisfy(\.isFinite) else {
            throw ModelError.inconsistent(
                "MatMulNBits `\(source.name)` has \(scales.count) scales, it takes \(blocks.rows * blocks.count) "
                    + "finite ones")
        }
        let zeroPoints = try zeroPoints(source, blocks)
        let integers = try signedWeights(words, blocks)
        let whole = zeroPoints.map { Int32(exactly: $0) }
        guard !whole.contains(nil) else {
            let real = try unpacked(integers, scales, zeroPoints, blocks)
            return try appendProduct(source, data, real, nil, isDynamic: false)
        }
        let quantization = Quantization(
            scales: scales, zeroPoints: whole.map { $0 ?? 0 }, axis: 1, groupSize: blocks.size)
        let isDynamic = source.int("accuracy_level") == 4 && zeroPoints.allSatisfy { $0 == 0 }
        try appendProduct(source, data, integers, quantization, isDynamic: isDynamic)
    }

    /// `g_idx` gives each input its block; only the order that goes without saying is known here.
    private func refuseOtherOrders(_ source: ONNXNode, _ blocks: Blocks) throws {
        guard let order = source.input(4) else { return }
        let indices = graph.constants[order]?.integerValues()
        let isPlain = indices?.enumerated().allSatisfy { $0.element == $0.offset / blocks.size }
        guard isPlain == true, let count = indices?.count, count >= blocks.depth else {
            throw ModelError.unsupported(
                "MatMulNBits `\(source.name)` has its inputs in another order of blocks (g_idx)",
                hint: "quantize the model without activation order (desc_act)")
        }
    }

    /// The zero points less the middle, one for each block.
    private func zeroPoints(_ source: ONNXNode, _ blocks: Blocks) throws -> [Float] {
        guard let input = source.input(3) else { return [Float](repeating: 0, count: blocks.rows * blocks.count) }
        guard let tensor = graph.constants[input] else {
            throw ModelError.unsupported("MatMulNBits `\(source.name)` computes its zero points")
        }
        if tensor.dtype.isFloat {
            guard let values = tensor.realValues(), values.count == blocks.rows * blocks.count,
                values.allSatisfy(\.isFinite)
            else {
                throw ModelError.inconsistent("MatMulNBits `\(source.name)` has zero points that do not fit its scales")
            }
            return values.map { $0 - Float(blocks.middle) }
        }
        // Several a byte, each row of blocks from a byte of its own.
        let rowBytes = (blocks.count * blocks.bits + 7) / 8
        guard tensor.dtype == .u8, tensor.count == rowBytes * blocks.rows else {
            throw ModelError.inconsistent(
                "MatMulNBits `\(source.name)` has \(tensor.count) bytes of zero points, it takes "
                    + "\(rowBytes * blocks.rows)")
        }
        let (perByte, mask) = (8 / blocks.bits, (1 << blocks.bits) - 1)
        return try tensor.withBytes { bytes in
            (0..<blocks.rows * blocks.count).map { index in
                let (row, block) = (index / blocks.count, index % blocks.count)
                let byte = Int(bytes[row * rowBytes + block / perByte])
                return Float((byte >> (block % perByte * blocks.bits) & mask) - blocks.middle)
            }
        }
    }

    /// The weights as signed numbers `[N, K]`, without what fills up the last block of a row.
    private func signedWeights(_ words: Tensor, _ blocks: Blocks) throws -> Tensor {
        let flip: UInt8 = blocks.bits == 8 ? 0x80 : blocks.bits == 4 ? 0x88 : 0xAA
        let dtype: DType = blocks.bits == 8 ? .i8 : blocks.bits == 4 ? .i4 : .i2
        let stride = blocks.count * blocks.bytes
        let kept = blocks.depth * blocks.bits
        var bytes = [UInt8]()
        try words.withBytes { source in
            if kept == stride * 8 {
                bytes = source.map { $0 ^ flip }
            } else if kept % 8 == 0 {
                bytes.reserveCapacity(blocks.rows * kept / 8)
                for row in 0..<blocks.rows {
                    for byte in source[(row * stride)..<(row * stride + kept / 8)] { bytes.append(byte ^ flip) }
                }
            } else {
                // Rows that end within a byte follow each other without gaps.
                let (perByte, mask) = (8 / blocks.bits, UInt8((1 << blocks.bits) - 1))
                bytes = [UInt8](repeating: 0, count: (blocks.rows * kept + 7) / 8)
                for row in 0..<blocks.rows {
                    for column in 0..<blocks.depth {
                        let byte = source[row * stride + column / perByte] ^ flip
                        let number = byte >> UInt8(column % perByte * blocks.bits) & mask
                        let place = row * blocks.depth + column
                        bytes[place / perByte] |= number << UInt8(place % perByte * blocks.bits)
                    }
                }
            }
        }
        return try Tensor(bytes: bytes, shape: [blocks.rows, blocks.depth], dtype: dtype)
    }

    /// The real weights, for zero points that are no integers.
    private func unpacked(_ integers: Tensor, _ scales: [Float], _ zeroPoints: [Float], _ blocks: Blocks) throws
        -> Tensor
    {
        let numbers = integers.integerValues() ?? []
        var result = [Float](repeating: 0, count: numbers.count)
        for (position, number) in numbers.enumerated() {
            let block = position / blocks.depth * blocks.count + position % blocks.depth / blocks.size
            result[position] = scales[block] * (Float(number) - zeroPoints[block])
        }
        return try Tensor(result, shape: [blocks.rows, blocks.depth])
    }

    private mutating func appendProduct(
        _ source: ONNXNode, _ data: ValueID, _ weights: Tensor, _ quantization: Quantization?, isDynamic: Bool
    ) throws {
        let base = source.outputs.first ?? source.name
        let isHalf = graph.type(of: data).map { $0.dtype == .f16 || $0.dtype == .bf16 } ?? false
        var input = data
        var bias = source.input(5)
        if isHalf {
            let single: [String: Attribute] = ["to": .string(DType.f32.rawValue)]
            input = step(.cast, source, "single", [data], single)
            bias = bias.map { step(.cast, source, "single_bias", [$0], single) }
        }
        var attributes: [String: Attribute] = isDynamic ? ["dynamic_activations": .int(1)] : [:]
        let op: Operator
        var inputs: [ValueID?]
        var summand: ValueID?
        if graph.type(of: data)?.shape?.count == 2 {
            let constant = graph.addConstant(name: claim("\(base)/weights"), weights, quantization: quantization)
            attributes["transB"] = .int(1)
            (op, inputs) = (.gemm, [input, constant] + (bias.map { [$0] } ?? []))
        } else {
            // A matrix product takes any number of leading axes, and its weights the other way round.
            let turned = try DenseWeights(
                weights, ConcreteType(weights.dtype, weights.shape, quantization), areTransposed: false)
            let constant = graph.addConstant(
                name: claim("\(base)/weights"), turned.tensor, quantization: turned.type.quantization)
            (op, inputs, summand) = (.matMul, [input, constant], bias)
        }
        if isHalf || summand != nil {
            var result = step(op, source, "product", inputs, attributes)
            if let summand {
                guard isHalf else { return try finish(.add, source, [result, summand]) }
                result = step(.add, source, "sum", [result, summand])
            }
            return try finish(.cast, source, [result, data])
        }
        try finish(op, source, inputs, attributes)
    }
}
