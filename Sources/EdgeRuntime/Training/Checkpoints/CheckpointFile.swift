import EdgeModels
import EdgeTensors

/// Named blocks of numbers in one file: what a training run needs to go on as if it had never stopped.
///
/// Little endian: `edgesh checkpoint 1\n`, the number of blocks as u32, then for each the length of its name as u16, the name in
/// UTF-8, what it holds as u8 (0: f32, 1: u64), the number of elements as u64, the elements; behind the last the FNV-1a hash (64 bits) of everything before it.
/// Doubles are kept as their bits. A file is written under a temporary name, flushed to the disk and renamed: there is always a whole one.
struct CheckpointFile: Equatable {
    enum Block: Equatable {
        case floats([Float])
        case words([UInt64])
    }

    var blocks: [String: Block] = [:]

    private static let magic = Array("edgesh checkpoint 1\n".utf8)
    /// No checkpoint has more blocks.
    private static let mostBlocks = 1024

    subscript(floats name: String) -> [Float]? {
        get { if case .floats(let values)? = blocks[name] { values } else { nil } }
        set { blocks[name] = newValue.map { .floats($0) } }
    }

    subscript(words name: String) -> [UInt64]? {
        get { if case .words(let values)? = blocks[name] { values } else { nil } }
        set { blocks[name] = newValue.map { .words($0) } }
    }

    // MARK: Bytes

    func encoded() -> [UInt8] {
        var bytes = Self.magic
        func append<Number: FixedWidthInteger>(_ number: Number) {
            withUnsafeBytes(of: number.littleEndian) { bytes.append(contentsOf: $0) }
        }
        append(UInt32(blocks.count))
        for (name, block) in blocks.sorted(by: { $0.key < $1.key }) {
            let letters = Array(name.utf8.prefix(Int(UInt16.max)))
            append(UInt16(letters.count))
            bytes.append(contentsOf: letters)
            switch block {
            case .floats(let values):
                append(UInt8(0))
                append(UInt64(values.count))
                for value in values { append(value.bitPattern) }
            case .words(let values):
                append(UInt8(1))
                append(UInt64(values.count))
                for value in values { append(value) }
            }
        }
        append(Self.hash(bytes[...]))
        return bytes
    }

    /// Reads what `encoded` wrote. No memory is taken that the bytes do not justify.
    init(decoding bytes: [UInt8]) throws(ByteReaderError) {
        var reader = ByteReader(bytes)
        guard try Array(reader.readSlice(Self.magic.count)) == Self.magic else {
            throw reader.error("this is no checkpoint of this version of edgesh", at: 0)
        }
        let end = bytes.count - 8
        guard end >= reader.position else { throw reader.error("the file ends too early") }
        guard try reader.integer(at: end, as: UInt64.self) == Self.hash(bytes[..<end]) else {
            throw reader.error("the contents do not agree with their checksum", at: end)
        }
        let count = try reader.readInteger(as: UInt32.self)
        guard count <= Self.mostBlocks else { throw reader.error("\(count) blocks are too many") }
        for _ in 0..<count {
            let name = try reader.readString(Int(reader.readInteger(as: UInt16.self)))
            let kind = try reader.readInteger(as: UInt8.self)
            let elements = try reader.readInteger(as: UInt64.self)
            let width = kind == 0 ? 4 : 8
            guard kind <= 1, elements <= UInt64(max(0, end - reader.position) / width) else {
                throw reader.error("`\(name)` holds \(elements) elements of kind \(kind), which cannot be")
            }
            let slice = try reader.readSlice(Int(elements) * width)
            slice.withUnsafeBytes { raw in
                if kind == 0 {
                    blocks[name] = .floats(
                        (0..<Int(elements)).map {
                            Float(
                                bitPattern: UInt32(
                                    littleEndian: raw.loadUnaligned(fromByteOffset: $0 * 4, as: UInt32.self)))
                        })
                } else {
                    blocks[name] = .words(
                        (0..<Int(elements)).map {
                            UInt64(littleEndian: raw.loadUnaligned(fromByteOffset: $0 * 8, as: UInt64.self))
                        })
                }
            }
        }
        guard reader.position == end else { throw reader.error("there is more than the blocks that were announced") }
    }

    init() {}

    /// FNV-1a over words of eight bytes: it finds torn and damaged files, and is no protection against forgery.
    private static func hash(_ bytes: ArraySlice<UInt8>) -> UInt64 {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        bytes.withUnsafeBytes { raw in
            let whole = raw.count / 8
            for word in 0..<whole {
                hash ^= UInt64(littleEndian: raw.loadUnaligned(fromByteOffset: word * 8, as: UInt64.self))
                hash = hash &* 0x100_0000_01B3
                hash ^= hash >> 29
            }
            for position in whole * 8..<raw.count {
                hash ^= UInt64(raw[position])
                hash = hash &* 0x100_0000_01B3
            }
        }
        return hash
    }

    // MARK: Files

    func write(to path: String) throws(TrainingError) {
        do {
            try FileBytes.write(encoded(), path: path)
        } catch {
            throw .checkpoint("the checkpoint was not written: \((error as? ModelError)?.message ?? "\(error)")")
        }
    }

    /// Reads a file.
    ///
    /// - Throws: `TrainingError` where it is no whole checkpoint.
    static func read(_ path: String) throws(TrainingError) -> CheckpointFile {
        do {
            return try CheckpointFile(decoding: try FileBytes.read(path: path))
        } catch {
            throw .checkpoint(
                "\(path) is no checkpoint to go on from: \((error as? ModelError)?.message ?? "\(error)")",
                hint: "`resume: false` starts anew and replaces it")
        }
    }
}
