import EdgeData
public import EdgeTensors

/// Images as portable any-map: P1 to P6 (bitmap, grey, colour; text and binary), as Netpbm documents them.
public enum PNMFile {
    /// Reads an image as `[height, width, channels]`: `u8`, or `u16` where its largest value needs more than a byte.
    ///
    /// - Throws: `TrainingError` that names the file and the byte.
    public static func read(_ path: String) throws -> Tensor { try decode(FileContents.read(path), path: path) }

    package static func decode(_ bytes: [UInt8], path: String) throws -> Tensor {
        var scanner = PNMScanner(bytes: bytes, path: path)
        guard bytes.count > 2, bytes[0] == 0x50, (0x31...0x36).contains(bytes[1]) else {
            throw TrainingError.malformed(path, at: "byte 0", "not a PNM image: it begins with none of P1 to P6")
        }
        let kind = Int(bytes[1] - 0x30)
        scanner.position = 2
        let width = try scanner.number()
        let height = try scanner.number()
        let isBitmap = kind == 1 || kind == 4
        let largest = isBitmap ? 1 : try scanner.number()
        let shape = [height, width, kind == 3 || kind == 6 ? 3 : 1]
        guard (1...65535).contains(largest) else {
            throw scanner.error("the largest value \(largest) is not in 1...65535")
        }
        guard let count = Tensor.elementCount(of: shape), count > 0 else {
            throw scanner.error("an image of \(width) × \(height) pixels")
        }
        let values =
            switch kind {
            case 1, 2, 3: try scanner.textValues(count, areBits: isBitmap)
            case 4: try scanner.packedBits(width: width, height: height)
            default: try scanner.binaryValues(count, areWide: largest > 255)
            }
        if let wrong = values.first(where: { Int($0) > largest }) {
            throw scanner.error("the value \(wrong) is larger than the largest announced, \(largest)")
        }
        // In bitmaps 1 is black; as grey values, white is the largest.
        let grey = isBitmap ? values.map { 1 - $0 } : values
        return largest > 255 ? try Tensor(grey, shape: shape) : try Tensor(grey.map { UInt8($0) }, shape: shape)
    }
}

/// Reads the parts of a PNM image in order; never beyond its bytes.
private struct PNMScanner {
    let bytes: [UInt8]
    let path: String
    var position = 0

    func error(_ message: String) -> TrainingError { .malformed(path, at: "byte \(position)", message) }

    private mutating func skipSpace() {
        while position < bytes.count {
            let byte = bytes[position]
            if byte == 0x23 {
                while position < bytes.count, bytes[position] != 0x0A { position += 1 }
            } else if byte == 0x20 || (0x09...0x0D).contains(byte) {
                position += 1
            } else {
                return
            }
        }
    }

    mutating func number() throws(TrainingError) -> Int {
        skipSpace()
        var value = 0
        let start = position
        while position < bytes.count, (0x30...0x39).contains(bytes[position]) {
            value = value * 10 + Int(bytes[position] - 0x30)
            guard value <= 1 << 30 else { throw error("a number that is too large") }
            position += 1
        }
        guard position > start else { throw error("a number was expected") }
        return value
    }

    mutating func textValues(_ count: Int, areBits: Bool) throws(TrainingError) -> [UInt16] {
        guard count <= bytes.count - position else {
            throw error("\(count) values are announced, the file is too short")
        }
        var values: [UInt16] = []
        values.reserveCapacity(count)
        for _ in 0..<count {
            guard areBits else {
                values.append(UInt16(min(try number(), 65535)))
                continue
            }
            skipSpace()
            guard position < bytes.count, bytes[position] == 0x30 || bytes[position] == 0x31 else {
                throw error("0 or 1 was expected")
            }
            values.append(UInt16(bytes[position] - 0x30))
            position += 1
        }
        return values
    }

    /// The bytes of the pixels, behind the single white space that ends the header.
    private mutating func body(_ size: Int) throws(TrainingError) -> ArraySlice<UInt8> {
        position += 1
        guard position <= bytes.count, size <= bytes.count - position else {
            throw error("\(size) bytes of pixels are announced, \(max(0, bytes.count - position)) follow")
        }
        return bytes[position..<position + size]
    }

    mutating func binaryValues(_ count: Int, areWide: Bool) throws(TrainingError) -> [UInt16] {
        guard areWide else { return try body(count).map(UInt16.init) }
        let (size, overflow) = count.multipliedReportingOverflow(by: 2)
        guard !overflow else { throw error("\(count) values are announced, the file is too short") }
        let pixels = try body(size)
        return (0..<count).map {
            UInt16(pixels[pixels.startIndex + 2 * $0]) << 8 | UInt16(pixels[pixels.startIndex + 2 * $0 + 1])
        }
    }

    mutating func packedBits(width: Int, height: Int) throws(TrainingError) -> [UInt16] {
        let rowBytes = (width + 7) / 8
        let pixels = try body(rowBytes * height)
        var values: [UInt16] = []
        values.reserveCapacity(width * height)
        for row in 0..<height {
            for column in 0..<width {
                let byte = pixels[pixels.startIndex + row * rowBytes + column / 8]
                values.append(UInt16(byte >> UInt8(7 - column % 8) & 1))
            }
        }
        return values
    }
}
