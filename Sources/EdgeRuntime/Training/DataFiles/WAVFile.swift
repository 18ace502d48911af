import EdgeData
public import EdgeTensors

/// Sound as RIFF/WAVE: PCM of 8, 16, 24 and 32 bits and float of 32 bits.
public enum WAVFile {
    /// A recording.
    public struct Sound: Sendable {
        /// Samples between -1 and 1 as `f32`: `[frames]`, with several channels `[frames, channels]`.
        public var samples: Tensor
        /// In hertz.
        public var sampleRate: Int
    }

    /// Reads a WAV file.
    ///
    /// - Throws: `TrainingError` that names the file and the byte.
    public static func read(_ path: String) throws -> Sound { try decode(FileContents.read(path), path: path) }

    private struct Format {
        var isFloat: Bool
        var channels: Int
        var sampleRate: Int
        var bits: Int
    }

    package static func decode(_ bytes: [UInt8], path: String) throws -> Sound {
        do {
            var reader = ByteReader(bytes)
            guard try reader.readString(4) == "RIFF", try reader.string(at: 8, count: 4) == "WAVE" else {
                throw reader.error("not a RIFF/WAVE file", at: 0)
            }
            try reader.seek(to: 12)
            var format: Format?
            while reader.remaining >= 8 {
                let name = try reader.readString(4)
                let size = Int(try reader.readInteger(as: UInt32.self))
                if name == "fmt " {
                    format = try Self.format(try reader.reader(at: reader.position, count: size))
                } else if name == "data" {
                    guard let format else { throw reader.error("sound data before its format") }
                    // A recorder that was cut off leaves a size that is too large; what is there counts.
                    let data = try reader.reader(at: reader.position, count: min(size, reader.remaining))
                    return Sound(samples: try samples(data, format), sampleRate: format.sampleRate)
                }
                try reader.skip(min(size + size % 2, reader.remaining))
            }
            throw reader.error("the file has no sound data")
        } catch let error as ByteReaderError {
            throw TrainingError.malformed(path, at: "byte \(error.offset)", error.message)
        }
    }

    private static func format(_ reader: ByteReader) throws -> Format {
        var tag = try reader.integer(at: 0, as: UInt16.self)
        // WAVE_FORMAT_EXTENSIBLE keeps the tag in the first bytes of its sub-format.
        if tag == 0xFFFE { tag = try reader.integer(at: 24, as: UInt16.self) }
        let format = Format(
            isFloat: tag == 3, channels: Int(try reader.integer(at: 2, as: UInt16.self)),
            sampleRate: Int(try reader.integer(at: 4, as: UInt32.self)),
            bits: Int(try reader.integer(at: 14, as: UInt16.self)))
        guard tag == 1 || tag == 3 else { throw reader.error("compressed sound (format \(tag)) is not read", at: 0) }
        guard (format.isFloat ? [32] : [8, 16, 24, 32]).contains(format.bits) else {
            throw reader.error("\(format.bits) bits a sample are not read", at: 14)
        }
        guard format.channels > 0 else { throw reader.error("a sound without channels", at: 2) }
        return format
    }

    private static func samples(_ data: ByteReader, _ format: Format) throws -> Tensor {
        let width = format.bits / 8
        let frames = data.count / (width * format.channels)
        let values: [Float] = data.withBytes { bytes in
            (0..<frames * format.channels).map { index in
                let offset = index * width
                if format.isFloat { return bytes.loadUnaligned(fromByteOffset: offset, as: Float.self) }
                if width == 1 { return (Float(bytes[offset]) - 128) / 128 }
                // The bytes become the upper ones of 32 bits, so that one division serves all widths.
                var whole: UInt32 = 0
                for byte in 0..<width { whole |= UInt32(bytes[offset + byte]) << UInt32(8 * (4 - width + byte)) }
                return Float(Int32(bitPattern: whole)) / 0x1p31
            }
        }
        return try Tensor(values, shape: format.channels == 1 ? [frames] : [frames, format.channels])
    }
}
