import EdgeTensors

/// An update as bytes, and what these bytes say.
public struct CompressedUpdate: Sendable {
    public let bytes: [UInt8]
    /// What the receiver will read, to the bit: tensors of single precision.
    public let sent: Update
    /// What was not sent. Given to the next round, nothing is lost, only late (error feedback; Seide et al. 2014,
    /// "1-Bit Stochastic Gradient Descent"; Karimireddy et al. 2019, "Error Feedback Fixes SignSGD").
    public let residual: Update

    /// Keeps the numbers of largest magnitude over all tensors (Aji and Heafield 2017, "Sparse Communication for
    /// Distributed Gradient Descent") in few bits each, and codes gaps, signs and levels with deflate. The format is
    /// described at `UpdateWire`.
    ///
    /// - Parameters:
    ///   - keep: The share of numbers that is sent, 0.0001...1; at least one number.
    ///   - bits: Of a number, its sign included, 1...8.
    ///   - residual: What the last round did not send.
    /// - Throws: `FederationError` for numbers that are not finite and for what single precision does not hold.
    public init(
        _ update: Update, keep: Double, bits: Int, residual: Update? = nil, container: UpdateContainer = .record
    ) throws {
        guard keep >= 0.0001, keep <= 1 else {
            throw FederationError.option("`keep` is a share from 0.0001 to 1, found \(keep)")
        }
        guard (1...8).contains(bits) else {
            throw FederationError.option("`bits` must be 1...8, found \(bits)")
        }
        guard !update.parts.isEmpty else { throw FederationError.noUpdates("the update has no tensors") }
        try update.checkFloat("the update")
        try update.checkFinite("the update")
        if let residual {
            try residual.checkFits(update, "the residual", "the update")
            try residual.checkFloat("the residual")
            try residual.checkFinite("the residual")
        }
        let wanted = try residual.map { try update.combined(with: $0) { $0 + $1 } } ?? update
        let numbers = try wanted.parts.map { part in
            let numbers = try part.tensor.converted(to: .f32).elements(as: Float.self)
            guard let index = numbers.firstIndex(where: { !$0.isFinite }) else { return numbers }
            throw FederationError.notFinite(
                "element \(index) of the tensor `\(part.name)` is beyond what single precision holds")
        }
        let count = Int(min(Double(wanted.count), max(1, (keep * Double(wanted.count)).rounded(.up))))
        var selection = LargestNumbers(count, of: numbers)
        let tensors = zip(wanted.parts, numbers).map { part, numbers in
            CodedTensor(part.tensor.shape, numbers, selection.positions(in: numbers), bits: bits)
        }
        bytes = try CompressedUpdate.file(wanted, tensors, bits, container)
        sent = Update(
            try zip(wanted.parts, tensors).map { part, tensor in
                Update.Part(name: part.name, tensor: try tensor.decoded(bits: bits))
            })
        self.residual = Update(
            try zip(zip(wanted.parts, numbers), sent.parts).map { wanted, sent in
                let left = zip(wanted.1, try sent.tensor.elements(as: Float.self)).map { $0 - $1 }
                return Update.Part(name: sent.name, tensor: try Tensor(left, shape: sent.tensor.shape))
            })
    }

    private static func file(
        _ update: Update, _ tensors: [CodedTensor], _ bits: Int, _ container: UpdateContainer
    ) throws -> [UInt8] {
        var table = ByteSink()
        for part in update.parts {
            let name = container == .record ? Array(part.name.utf8) : []
            table.varint(name.count)
            table.bytes += name
            table.varint(part.tensor.rank)
            for extent in part.tensor.shape { table.varint(extent) }
        }
        var sections = [ByteSink](repeating: ByteSink(), count: 4)
        for tensor in tensors {
            tensor.writeScale(to: &sections[0])
            tensor.writeGaps(to: &sections[1])
            tensor.writeSigns(to: &sections[2])
            tensor.writeLevels(to: &sections[3], bits: bits)
        }
        let bodyLength = sections.reduce(0) { $0 + $1.bytes.count }
        guard let count = UInt32(exactly: update.parts.count), let tableLength = UInt32(exactly: table.bytes.count),
            let deflated = Deflate.compressed(sections.map(\.bytes))
        else {
            throw FederationError.tooLarge(
                "the update is too large to be sent at once", hint: "send its tensors one by one, or `keep` less")
        }
        var file = ByteSink()
        file.bytes = UpdateWire.magic + [UpdateWire.version, container.rawValue, UInt8(bits), 0]
        file.integer(count)
        file.integer(tableLength)
        file.integer(UInt64(bodyLength))
        file.integer(UInt64(deflated.count))
        file.bytes += table.bytes
        file.bytes += deflated
        // An update of next to nothing but zeros still says how large it is.
        let needed = max(0, update.count - UpdateWire.freeElements) / UpdateWire.elementsPerByte
        file.bytes += [UInt8](repeating: 0, count: max(0, needed - file.bytes.count))
        return sealed(file.bytes)
    }

    /// The bytes with their checksum behind them.
    package static func sealed(_ bytes: [UInt8]) -> [UInt8] {
        var file = ByteSink()
        file.bytes = bytes
        file.integer(Deflate.checksum(bytes[...]))
        return file.bytes
    }
}

/// What was kept of a tensor.
private struct CodedTensor {
    let shape: [Int]
    let count: Int
    let positions: [Int]
    let isNegative: [Bool]
    let levels: MagnitudeLevels

    init(_ shape: [Int], _ numbers: [Float], _ positions: [Int], bits: Int) {
        self.shape = shape
        count = numbers.count
        self.positions = positions
        isNegative = positions.map { numbers[$0] < 0 }
        levels = MagnitudeLevels(positions.map { numbers[$0].magnitude }, bits: bits)
    }

    func decoded(bits: Int) throws -> Tensor {
        var tensor = try Tensor(zeros: shape, dtype: .f32)
        try tensor.withMutableElements(of: Float.self) { numbers in
            for (index, position) in positions.enumerated() {
                let magnitude = UpdateWire.magnitude(
                    levels.levels[index], low: levels.low, high: levels.high, bits: bits)
                numbers[position] = isNegative[index] ? -magnitude : magnitude
            }
        }
        return tensor
    }

    func writeScale(to sink: inout ByteSink) {
        sink.varint(positions.count)
        guard !positions.isEmpty else { return }
        sink.integer(levels.low.bitPattern)
        sink.integer(levels.high.bitPattern)
    }

    func writeGaps(to sink: inout ByteSink) {
        guard positions.count < count, !positions.isEmpty else { return }
        var gaps: [Int] = []
        gaps.reserveCapacity(positions.count)
        var next = 0
        for position in positions {
            gaps.append(position - next)
            next = position + 1
        }
        RiceCode.write(gaps, to: &sink.bytes)
    }

    func writeSigns(to sink: inout ByteSink) { sink.flags(isNegative) }

    func writeLevels(to sink: inout ByteSink, bits: Int) {
        switch bits {
        case 1: break
        case 2: sink.flags(levels.levels.map { $0 != 0 })
        default: sink.bytes += levels.levels
        }
    }
}

/// Bytes that grow at their end.
private struct ByteSink {
    var bytes: [UInt8] = []

    mutating func integer<Integer: FixedWidthInteger>(_ value: Integer) {
        withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
    }

    mutating func varint(_ value: Int) {
        var rest = UInt64(value)
        while rest > 0x7F {
            bytes.append(UInt8(rest & 0x7F) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(rest))
    }

    mutating func flags(_ flags: [Bool]) {
        for start in stride(from: 0, to: flags.count, by: 8) {
            var byte: UInt8 = 0
            for index in start..<min(start + 8, flags.count) where flags[index] { byte |= 1 << UInt8(index - start) }
            bytes.append(byte)
        }
    }
}
